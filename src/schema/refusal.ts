import { AuthScopeFailureType, type AuthFailure } from '@pothos/plugin-scope-auth';

import { unauthenticated } from '../errors.js';

/** The refusal to answer with: where several ways were open, the one that says what is missing. */
export function refusalOf(failure: AuthFailure): Error {
  const errors = errorsOf(failure);
  return errors.find(({ name }) => name !== 'DomainError') ?? errors.at(-1) ?? unauthenticated();
}

function errorsOf(failure: AuthFailure): Error[] {
  switch (failure.kind) {
    case AuthScopeFailureType.AnyAuthScopes:
    case AuthScopeFailureType.AllAuthScopes:
      return failure.failures.flatMap(errorsOf);
    case AuthScopeFailureType.AuthScope:
    case AuthScopeFailureType.AuthScopeFunction:
      return failure.error ? [failure.error] : [];
    default:
      return [];
  }
}
