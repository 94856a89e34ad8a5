/** What is wrong with one field of a record. */
export interface FieldIssue {
  /** Path of the field in the record, e.g. `trace.sensors.3.values`. */
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** One record of a batch as it was sent, or what was wrong with it before it could be read. */
export type Incoming = ({ readonly value: unknown } | { readonly fault: FieldIssue }) & {
  /** Size of its text: what it costs to hold. */
  readonly bytes: number;
};
