import { LoadingPage } from '@/app/(dash)/loading-page';

export default function Loading() {
  return <LoadingPage panels={[340, 420]} />;
}
