/** What is wrong with one field of a record. */
export interface FieldIssue {
  /** Path of the field in the record, e.g. `trace.sensors.3.values`. */
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** One record of a batch as sent, or the fault that kept it from being read. */
export type Incoming = ({ readonly value: unknown } | { readonly fault: FieldIssue }) & {
  /** Size of its text, for limits of memory. */
  readonly bytes: number;
};
