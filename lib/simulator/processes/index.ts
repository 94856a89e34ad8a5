import type { ProcessSpec } from '../spec';
import { ald } from './ald';
import { cmp } from './cmp';
import { cvd } from './cvd';
import { ecp } from './ecp';
import { etch } from './etch';
import { litho } from './litho';
import { msa } from './msa';
import { pvd } from './pvd';

/** The processes in the order of the route. */
export const PROCESSES: readonly ProcessSpec[] = [ald, msa, cvd, litho, etch, pvd, ecp, cmp];
