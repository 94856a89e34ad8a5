/** Row headers of small tables of facts: headers for readers of tables, plain text for the eye. */
export const ROW_HEAD = 'font-normal! border-hairline! static! bg-transparent!';
