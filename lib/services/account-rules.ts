import { regexes } from 'zod/v4/core';

/** Rules of what people enter about accounts and senders: the forms ask by them, the services refuse by them. */

/** Fewest characters of a password. */
export const LEAST_PASSWORD = 8;

/** An e-mail address. */
export const EMAIL: RegExp = regexes.email;

/** A name that records carry is long enough to tell senders apart, */
export const LEAST_SENDER = 2;
/** and of these characters only. */
export const SENDER = /^[\w .:@-]+$/;
export const SENDER_WORDS = 'letters, digits and . : @ _ - only';
