import {describe, expect, it} from 'vitest';
import {fromErrorRecord, toErrorRecord, UserError} from '../../../trainer/contract/errors.ts';

describe('the text of a UserError', () => {
  it('shows control characters and marks of writing direction, but keeps lines and other letters', () => {
    const error = new UserError('a-b', 'no \u001b[31m, \u0000, \u009b or \u202e\nname "ü 水 𝕏"', {
      where: 'a\u0007\r.json',
    });
    expect(error.message).toBe('no \\u001b[31m, \\u0000, \\u009b or \\u202e\nname "ü 水 𝕏"');
    expect(error.where).toBe('a\\u0007\\u000d.json');
  });

  it('is never longer than a screen can show', () => {
    const error = new UserError('a-b', '\u0000'.repeat(1_000_000), {where: 'x'.repeat(1_000_000)});
    expect([error.message.length, error.where?.length]).toEqual([10_000, 10_000]);
    expect(error.message.endsWith('...')).toBe(true);
  });

  it('crosses a process unchanged', () => {
    const error = new UserError('a-b', 'no \u001b[31m', {where: 'a.json', hint: 'Try.'});
    expect(fromErrorRecord(toErrorRecord(error))).toMatchObject({code: 'a-b', line: 'a.json: no \\u001b[31m Try.'});
  });
});
