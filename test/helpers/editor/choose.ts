import type {Page} from 'playwright-core';

/** Chooses in a dropdown of a page, or of a frame in one. In the toolkit's dropdown the options are there only while it is open. */
export async function choose(page: Pick<Page, 'getByRole'>, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', {name: label, exact: true}).click();
  await page.getByRole('option', {name: option, exact: true}).filter({visible: true}).click();
}
