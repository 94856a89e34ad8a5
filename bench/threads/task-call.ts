import { answer, type Question } from '@/lib/compute/answer';

/** What `workers/compute/call` does, for a pool that calls functions. */
export default (question: Question) => answer(question);
