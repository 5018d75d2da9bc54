import kapix from './index.js';

export const {
  AuditRecord,
  CancelledError,
  DuplicateRequestError,
  EXAMPLE_POLICIES,
  EXPERT_CARDS,
  Engine,
  EntityNotFoundError,
  ForbiddenError,
  InsufficientDataError,
  InternalError,
  KapixError,
  RateLimitExceededError,
  ServiceUnavailableError,
  UnauthorizedError,
  VERSION,
  ValidationError,
} = kapix;

export default kapix;
