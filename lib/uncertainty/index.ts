export * from './arithmetic';
export * from './expression';
export * from './gauge';
export * from './gum';
export * from './monte-carlo';
export * from './type-a';
