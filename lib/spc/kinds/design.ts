/** What a person chose for a kind of chart beside its rules: plain values by the names of the fields of the kind. */
export type Design = Readonly<Record<string, number | string | boolean>>;

/** A setting of a kind of chart, as forms ask for it and the service checks it. */
export type DesignField = {
  /** Name in the stored design. */
  readonly name: string;
  /** Label in forms and messages. */
  readonly label: string;
  /** What it does, one sentence for beside the field. */
  readonly help: string;
} & (
  | {
      readonly type: 'number';
      /** null: follows from the baseline unless it is given. */
      readonly fallback: number | null;
      /** Strictly above this; the largest that means something. */
      readonly above?: number;
      readonly least?: number;
      readonly most?: number;
      /** Stands in the unit of the charted value. */
      readonly inUnit?: boolean;
    }
  | { readonly type: 'flag'; readonly fallback: boolean }
  | {
      readonly type: 'choice';
      readonly fallback: string;
      readonly choices: readonly { readonly value: string; readonly label: string }[];
    }
);

/** What is wrong with a setting. */
export interface DesignProblem {
  readonly field: string;
  /** A sentence for beside the field. */
  readonly text: string;
}

/** A number of a design; null where it follows from the baseline. */
export function numberOf(fields: readonly DesignField[], design: Design | null | undefined, name: string): number | null {
  const v = design?.[name];
  if (typeof v === 'number') return v;
  const f = fields.find((q) => q.name === name);
  return f?.type === 'number' ? f.fallback : null;
}

/** Whether a flag of a design is set. */
export function flagOf(fields: readonly DesignField[], design: Design | null | undefined, name: string): boolean {
  const v = design?.[name];
  return typeof v === 'boolean' ? v : fields.find((q) => q.name === name)?.fallback === true;
}

/** The choice of a design. */
export function choiceOf(fields: readonly DesignField[], design: Design | null | undefined, name: string): string {
  const v = design?.[name];
  return typeof v === 'string' ? v : String(fields.find((q) => q.name === name)?.fallback ?? '');
}

/**
 * What makes a design unusable for a kind of chart, one sentence a setting: one that the kind does not have is refused, since it would be ignored.
 * @param of - the kind in a message, e.g. "CUSUM".
 */
export function designProblems(of: string, fields: readonly DesignField[], design: Design): DesignProblem[] {
  return Object.entries(design).flatMap(([name, value]): DesignProblem[] => {
    const f = fields.find((q) => q.name === name);
    if (f === undefined) {
      const has = fields.length === 0 ? 'it has none' : `it has ${fields.map((q) => q.name).join(', ')}`;
      return [{ field: name, text: `A chart of kind ${of} has no setting "${name}": ${has}.` }];
    }
    const text = problemOf(f, value);
    return text === null ? [] : [{ field: name, text }];
  });
}

function problemOf(f: DesignField, value: number | string | boolean): string | null {
  if (f.type === 'flag') return typeof value === 'boolean' ? null : `${f.label} is either true or false.`;
  if (f.type === 'choice') {
    const known = f.choices.map((c) => c.value);
    return typeof value === 'string' && known.includes(value) ? null : `${f.label} is one of ${known.join(', ')}.`;
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return `${f.label} must be a number.`;
  if (f.above !== undefined && !(value > f.above)) return `${f.label} must lie above ${f.above}.`;
  if (f.least !== undefined && value < f.least) return `${f.label} must be at least ${f.least}.`;
  return f.most !== undefined && value > f.most ? `${f.label} must be at most ${f.most}.` : null;
}
