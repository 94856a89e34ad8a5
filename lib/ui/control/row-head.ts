/** Row headers of small tables of facts: headers for screen readers, plain text to the eye. */
export const ROW_HEAD = 'font-normal! border-hairline! static! bg-transparent!';
