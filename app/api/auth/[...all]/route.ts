import { auth } from '@/lib/auth';

export const dynamic = 'force-dynamic';

const handle = (req: Request) => auth().handler(req);

export { handle as GET, handle as POST };
