/** Where one finds what is one's own, and where whoever is oneself has it. */
const OWN = new Set([
  'CreateApiKeyPayload.accessKey',
  'Me.actor',
  'Me.apiKeys',
  'Me.sessions',
  'Me.subject',
  'Me.user',
  'RenameApiKeyPayload.accessKey',
  'RotateApiKeyPayload.accessKey',
  'UpdateProfilePayload.user',
]);
const OF_ONESELF = new Set(['User.apiKeys', 'User.sessions']);

/** What stands between a list and what is in it. */
const LEADS_ON = /(Connection\.edges|Edge\.node)$/;

/** Whether what a field leads to is one's own, if its object is; undefined: that shows when it is found. */
export function isOwnBehind(coordinate: string, isOwn: boolean | undefined): boolean | undefined {
  if (OWN.has(coordinate)) return true;
  return LEADS_ON.test(coordinate) || OF_ONESELF.has(coordinate) ? isOwn : undefined;
}
