/** Members of `v1.OperationStatus` that the store tells apart; what is above {@link STATUS_INPROGRESS} is an end. */
export const STATUS_PENDING = 1;
export const STATUS_INPROGRESS = 2;
export const STATUS_SUCCESS = 3;
export const STATUS_ERROR = 4;
export const STATUS_WARNING = 7;
