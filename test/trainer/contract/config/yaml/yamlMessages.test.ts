import {describe, expect, it} from 'vitest';
import {checkConfig} from '../../../../../trainer/contract/config/parseConfig.ts';

const notASetting = 'this is not a setting: write key: value, with a space after the colon';
const fitting = 'the indentation does not fit the lines above';
const outOfPlace = 'this does not belong here; look for a missing quote, bracket, colon or space before it';
const second = `a second setting in one line, or ${fitting}; put quotes around text with a colon`;

describe('mistakes in the YAML itself are told in plain words, one a line', () => {
  it.each<[string, string]>([
    ['a:\n\tb: 1\n', '2:1 a tab indents this line; YAML takes only spaces'],
    ['a:\n  b: 1\n\tc: 1\n', '3:1 a tab indents this line; YAML takes only spaces'],
    ['a:1\nb: 2\n', `1:1 ${notASetting}`],
    ['a = 1\nb: 2\n', `1:1 ${notASetting}`],
    ['a: b: c\n', `1:4 ${second}`],
    ['a: 1\n  b: 2\n', `1:4 ${second}`],
    ['a:\n  - 1\n  b: 2\n', `3:1 ${fitting}`],
    [' a: 1\nb: 2\n', `2:1 ${outOfPlace}`],
    ["a: 'it's'\n", `1:8 ${outOfPlace}`],
    ['a: {b: 1\n', '2:1 a bracket is not closed: } is missing, or stands too far to the left'],
    ['[a, b\n', '2:1 a bracket is not closed: ] is missing, or stands too far to the left'],
    ['a: {b: 1}}\n', '1:10 a bracket is closed that was not opened'],
    ['a: [1, , 2]\n', '1:8 there is a comma too many'],
    ['a: ["b" "c"]\n', '1:9 a comma is missing before this'],
    ['a: {"b": 1 "c": 2}\n', '1:10 a comma is missing here, or brackets around a list or section inside brackets'],
    ['a: {"b":1}\nc: "x\n', '3:1 a text in quotes does not end: " is missing'],
    ['a: "C:\\data"\n', '1:7 \\d means nothing in double quotes; write \\\\ for a backslash, or use single quotes'],
    ['a: @x\n', '1:4 text that begins with @ needs quotes'],
    ['a: %x\n', '1:4 text that begins with % needs quotes'],
    ['a: "x"#b\n', '1:7 a space is missing before #'],
    ['%x\n---\na: 1\n', '1:1 a config has no lines that begin with %'],
    ['a: |2x\n  b\n', '1:6 only a number and + or - may follow | or >'],
    ['a: !x 1\n', '1:4 a config has no tags such as !x'],
    ['a: &x &y 1\n', '1:7 an anchor (&name), alias (*name) or tag (!name) stands in the wrong place'],
    ['a: - 1\n', `1:4 ${outOfPlace}`],
  ])('%j', (text, expected) => {
    expect(checkConfig(text).map(({line, column, message}) => `${line}:${column} ${message}`)).toEqual([expected]);
  });
});
