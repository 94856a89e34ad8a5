/** Rules of what people enter about accounts and senders: the forms ask by them, the services refuse by them. */

/** Fewest characters of a password. */
export const LEAST_PASSWORD = 8;

/** An e-mail address: dotted atoms, and a domain of two labels or more. */
export const EMAIL = /^[\w'+-]+(?:\.[\w'+-]+)*(?<!')@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}$/;

/** A name that records carry is long enough to tell senders apart, */
export const LEAST_SENDER = 2;
/** and of these characters only. */
export const SENDER = /^[\w .:@-]+$/;
export const SENDER_WORDS = 'letters, digits and . : @ _ - only';
