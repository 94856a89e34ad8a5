import { EMAIL, LEAST_PASSWORD, LEAST_SENDER, SENDER, SENDER_WORDS } from '@/lib/services/settings/account-rules';
import type { Problems } from '@/lib/ui/hooks/use-form';

/** Problems of the texts in the forms of this page, by the rules of the services, in the words of the forms. */

const known = <F extends string>(list: Readonly<Record<F, string | null>>): Problems<F> =>
  Object.fromEntries(Object.entries<string | null>(list).filter(([, text]) => text !== null)) as Problems<F>;

const missing = (text: string, name: string): string | null => (text.trim() === '' ? `Enter ${name}.` : null);
const email = (text: string): string | null =>
  missing(text, 'an e-mail address') ??
  (EMAIL.test(text.trim()) ? null : 'This is not an e-mail address: it needs a name, an @ and a domain, such as ana@fab.com.');
const password = (text: string, name: string): string | null =>
  missing(text, name) ?? (text.length < LEAST_PASSWORD ? `${LEAST_PASSWORD} characters or more; this has ${text.length}.` : null);

export interface UserTexts {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

export const userProblems = (v: UserTexts): Problems<keyof UserTexts> =>
  known({ name: missing(v.name, 'a name'), email: email(v.email), password: password(v.password, 'a first password') });

export interface ChannelTexts {
  readonly kind: 'webhook' | 'slack' | 'teams' | 'email' | 'mes';
  readonly name: string;
  readonly target: string;
}

export const channelProblems = (v: ChannelTexts): Problems<'name' | 'target'> =>
  known({ name: missing(v.name, 'a name'), target: v.kind === 'email' ? email(v.target) : address(v.target) });

function address(text: string): string | null {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : null;
  const isWeb = url !== null && (url.protocol === 'https:' || url.protocol === 'http:');
  return missing(text, 'an address') ?? (isWeb ? null : 'This is not a web address: it starts with https:// or http://.');
}

export const keyProblems = (v: { readonly sender: string }): Problems<'sender'> =>
  known({
    sender:
      missing(v.sender, 'a name') ??
      (v.sender.trim().length < LEAST_SENDER ? `${LEAST_SENDER} characters or more.` : null) ??
      (SENDER.test(v.sender.trim()) ? null : `Use ${SENDER_WORDS}.`),
  });

export interface PasswordTexts {
  readonly current: string;
  readonly next: string;
  readonly again: string;
}

/** @param current - the label of the current password. */
export const passwordProblems = (v: PasswordTexts, current = 'your current password'): Problems<keyof PasswordTexts> =>
  known({
    current: missing(v.current, current),
    next: password(v.next, 'a new password'),
    again: v.again === v.next ? null : 'The two new passwords differ.',
  });

export interface SignInTexts {
  readonly email: string;
  readonly password: string;
}

export const signInProblems = (v: SignInTexts): Problems<keyof SignInTexts> =>
  known({ email: email(v.email), password: password(v.password, 'your password') });
