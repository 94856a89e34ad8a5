import { expect, test } from 'vitest';
import { channelProblems, keyProblems, passwordProblems, signInProblems, userProblems } from './form-problems';

test('every field of a new user that is wrong says so, in the words of the form', () => {
  expect(userProblems({ name: 'Ana', email: 'ana@fab.com', password: 'longenough' })).toEqual({});
  expect(userProblems({ name: ' ', email: 'ana@fab', password: 'short' })).toEqual({
    name: 'Enter a name.',
    email: expect.stringContaining('not an e-mail address'),
    password: '8 characters or more; this has 5.',
  });
  expect(userProblems({ name: 'Ana', email: '', password: '' })).toEqual({
    email: 'Enter an e-mail address.',
    password: 'Enter a first password.',
  });
});

test('a channel goes to a web address or to an e-mail address, by its kind', () => {
  expect(channelProblems({ kind: 'webhook', name: 'MES', target: 'https://mes.fab/hook' })).toEqual({});
  for (const target of ['mes.fab/hook', 'ftp://mes.fab', 'ana@fab.com'])
    expect(channelProblems({ kind: 'webhook', name: 'MES', target }).target).toContain('not a web address');
  expect(channelProblems({ kind: 'email', name: 'Night shift', target: 'night@fab.com' })).toEqual({});
  expect(channelProblems({ kind: 'email', name: '', target: 'https://mes.fab' })).toEqual({
    name: 'Enter a name.',
    target: expect.stringContaining('not an e-mail address'),
  });
});

test('a key names its sender', () =>
  expect(['', 'x', 'ETC-01', 'ETC/01'].map((sender) => keyProblems({ sender }).sender)).toEqual([
    'Enter a name.',
    '2 characters or more.',
    undefined,
    'Use letters, digits and . : @ _ - only.',
  ]));

test('a new password is entered twice', () => {
  expect(passwordProblems({ current: 'driftless', next: 'driftless2', again: 'driftless2' })).toEqual({});
  expect(passwordProblems({ current: '', next: 'driftless2', again: 'driftless3' })).toEqual({
    current: 'Enter your current password.',
    again: 'The two new passwords differ.',
  });
  expect(passwordProblems({ current: '', next: 'x', again: 'x' }, 'the password you were given')).toEqual({
    current: 'Enter the password you were given.',
    next: '8 characters or more; this has 1.',
  });
});

test('a sign-in without address or password is not sent', () => {
  expect(signInProblems({ email: 'ana@fab.com', password: 'longenough' })).toEqual({});
  expect(signInProblems({ email: ' ', password: '' })).toEqual({
    email: 'Enter an e-mail address.',
    password: 'Enter your password.',
  });
});
