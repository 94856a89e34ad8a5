import { parsedQuery } from '@/lib/formats/parsed';
import { batchQuery } from '@/lib/formats/wire';

/** How a batch is to be kept, where its address says so. @throws AppError `invalid_input` for a query parameter that is not known. */
export const askedMode = (req: Request): 'partial' | 'atomic' | undefined =>
  parsedQuery(batchQuery, Object.fromEntries(new URL(req.url).searchParams)).mode;
