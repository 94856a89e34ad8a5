/** Values of all parameters of a recipe by name. */
export type Lookup = (name: string) => number;
/** Values of a spectrum, channel after channel, each on the whole axis. */
export type Forward = (lookup: Lookup) => Float64Array;
/** Its derivatives, (values, parameters) row-major, by the parameters whose columns are named in `moved`; the other columns are 0. */
export type ForwardJacobian = (values: Float64Array, moved: readonly number[]) => Float64Array;
