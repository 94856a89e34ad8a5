import { CHART_KINDS, kindOf } from '@/lib/spc';
import { capital } from '../format';

/** Kinds of control charts as the choices of a filter. */
export const KIND_CHOICES = CHART_KINDS.map((value) => ({ value, label: capital(kindOf(value).label) }));
