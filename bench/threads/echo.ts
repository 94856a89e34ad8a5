import { serve } from '@/lib/threads/serve';

serve<Float64Array, number>((values) => values.length);
