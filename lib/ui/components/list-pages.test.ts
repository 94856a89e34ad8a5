import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { emptyPage, pageHrefs, pageNote } from './list-pages';

test('the next page keeps filters and order, and the way back to the first one drops only the place', () => {
  expect(pageHrefs('/spc', { range: '30d', sort: '-cpk' }, 'abc')).toEqual({
    first: null,
    next: '/spc?range=30d&sort=-cpk&after=abc',
  });
  expect(pageHrefs('/spc', { range: '30d', after: 'abc' }, 'def')).toEqual({
    first: '/spc?range=30d',
    next: '/spc?range=30d&after=def',
  });
  expect(pageHrefs('/spc', { after: 'def' }, null)).toEqual({ first: '/spc', next: null });
});

test('a list that is whole gives its number; one page of it says of how many, in which order, and what a heading orders', () => {
  expect(pageNote({}, 44, 44, 'charts', 'worst first')).toBe('44 charts');
  expect(pageNote({}, 300, 449, 'charts', 'worst first')).toMatch(
    /^first 300 of 449 charts, worst first; a heading orders the rows of this page$/,
  );
  expect(pageNote({ after: 'x' }, 149, 449, 'charts', 'worst first')).toMatch(/^further 149 of 449/);
});

test('an empty page that is not the first leads there, with its filters; an empty first page leaves the word to its list', () => {
  expect(renderToStaticMarkup(emptyPage('/alerts', { state: 'all', after: 'def' }))).toMatch(
    /^This page is empty: .*<a class="link" href="\/alerts\?state=all">First page<\/a>$/,
  );
  expect(emptyPage('/alerts', { state: 'all' })).toBeNull();
});
