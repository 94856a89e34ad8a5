/** The field of a schema's path in words, "expires at: "; empty where the message needs no field. */
export function fieldWords(path: readonly PropertyKey[]): string {
  const name = path.findLast((k) => typeof k === 'string' && !/^\d+$/.test(k));
  if (name === undefined) return '';
  return `${String(name)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()}: `;
}

/** The message of a fault that begins with the field it is about, with that field in words. @param field - its path, "films.0.thicknessNm". */
export const faultWords = (message: string, field: unknown): string =>
  typeof field === 'string' && field !== '' && message.startsWith(`${field}: `)
    ? `${fieldWords(field.split('.'))}${message.slice(field.length + 2)}`
    : message;
