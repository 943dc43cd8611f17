import {glossary, glossaryTerms} from './glossary.ts';

/** `media/docs/glossary.md`: all terms with their meanings. */
export function glossaryPage(): string {
  const terms = glossaryTerms.map((term) => `**${term}**: ${glossary[term].meaning}`);
  return [introduction, ...terms, ''].join('\n\n');
}

const introduction = `# Glossary

What the words in reports, charts and tables mean. The panel has the same: its _Glossary_ button, or a press on an underlined word.

This page is made from \`trainer/contract/glossary\`; \`npm test\` writes it anew when they differ.`;
