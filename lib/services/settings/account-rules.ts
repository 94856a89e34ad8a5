/** Rules for what people enter about accounts and senders, shared by forms and services. */

/** Fewest characters of a password. */
export const LEAST_PASSWORD = 8;

/** An e-mail address: dotted atoms, and a domain of two labels or more. */
export const EMAIL = /^[\w'+-]+(?:\.[\w'+-]+)*(?<!')@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}$/;

/** Shortest sender name: long enough to distinguish senders. */
export const LEAST_SENDER = 2;
/** Characters of a sender name. */
export const SENDER = /^[\w .:@-]+$/;
export const SENDER_WORDS = 'letters, digits and . : @ _ - only';
