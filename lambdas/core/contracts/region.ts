/**
 * The code of a region in any partition, such as eu-west-1, us-gov-east-1, us-isob-west-1 and eusc-de-east-1. It is the form
 * that the AWS SDKs' list of partitions has for the regions that it does not name yet, of all partitions together (`regionRegex`
 * in partitions.json of @aws-sdk/core; the regions: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html).
 */
export const REGION = /^[a-z]{2,4}(?:-[a-z]{1,12}){1,2}-[0-9]{1,2}$/;
