import {describe, expect, it} from 'vitest';
import {escapeControls, printable, printableLines, withoutBackticks} from '../../../trainer/contract/printable.ts';

/** What a file may say to change the title, write the clipboard (OSC 52), clear the screen, and turn letters around. */
const hostile = '\u001b]0;title\u0007\u001b]52;c;ZXZpbA==\u0007\u009b2J\u202etxt.exe\u2066\r\nok';

describe('printable text', () => {
  it('has nothing that a terminal obeys and no other end of a line', () => {
    expect(printable(hostile)).toBe(
      '\\u001b]0;title\\u0007\\u001b]52;c;ZXZpbA==\\u0007\\u009b2J\\u202etxt.exe\\u2066\\u000d\\u000aok',
    );
    for (let code = 0; code < 0x3000; code++) {
      const text = printable(String.fromCharCode(code));
      expect(text).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u);
    }
  });

  it('has quotes where no markup is shown, around whole words only', () => {
    expect(withoutBackticks('run `deme fetch a/b` or `x`, not `')).toBe('run "deme fetch a/b" or "x", not `');
  });

  it('keeps letters of all languages, and lines where there may be some', () => {
    expect(printable('ü 水 𝕏 👩‍🔬')).toBe('ü 水 𝕏 👩‍🔬');
    expect(printableLines('a\nb\tc')).toBe('a\nb\\u0009c');
  });

  it('is never longer than a screen can show', () => {
    expect(printable('\u0000'.repeat(1e6))).toHaveLength(10_000);
    expect(printableLines('\n'.repeat(1e6)).length).toBeLessThanOrEqual(10_000);
  });

  it('is the same JSON value as before', () => {
    const value = {[hostile]: [hostile]};
    expect(JSON.parse(escapeControls(JSON.stringify(value)))).toEqual(value);
  });
});
