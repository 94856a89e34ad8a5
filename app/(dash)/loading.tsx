import { LoadingPage } from './loading-page';

export default function Loading() {
  return <LoadingPage panels={[220, 320]} />;
}
