import {describe, expect, it} from 'vitest';
import {labelText, noticeText} from '../../extension/shownText.ts';

describe('text of files in the editor', () => {
  it('is no link in a notice, which would run commands', () => {
    expect(noticeText('see [this](command:deme.stop)')).toBe('see [this] (command:deme.stop)');
  });

  it('has quotes for backticks and one line in a notice', () => {
    expect(noticeText('Run `deme fetch x/y`.\nThen go on.')).toBe('Run "deme fetch x/y". Then go on.');
  });

  it('is no icon in a lens', () => {
    expect(labelText('failed: $(pass) \u202eok')).toBe('failed: \\$(pass) \\u202eok');
  });
});
