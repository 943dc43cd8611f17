/** Names of the models of a run that measurements take: every one but the ensemble, which has no weights of its own. */
export const modelPattern = /^(?:base|ordinary|merged(?:-\d{1,3})?|expert-\d{1,3}|baseline-[a-z0-9-]{1,24})$/;

/** Names of files of results, one for each model. */
export const modelFiles = new RegExp(modelPattern.source.replace('$', '\\.json$'));
