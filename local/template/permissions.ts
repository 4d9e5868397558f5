import * as z from "zod/mini";
import type { DeployedResource, Deployment } from "./deployment.ts";
import { propertiesOf } from "./parse.ts";

const StatementSchema = z.record(z.string(), z.unknown());
const DocumentSchema = z.looseObject({ Statement: z.union([z.array(StatementSchema), StatementSchema]) });
const InlinePolicySchema = z.object({ PolicyName: z.string(), PolicyDocument: DocumentSchema });

const RoleSchema = z.object({
  Policies: z._default(z.array(InlinePolicySchema), []),
  ManagedPolicyArns: z._default(z.array(z.string()), []),
});
const PolicySchema = z.extend(InlinePolicySchema, { Roles: z._default(z.array(z.string()), []) });
const ManagedPolicySchema = z.object({
  PolicyDocument: DocumentSchema,
  Roles: z._default(z.array(z.string()), []),
});
const PermissionSchema = z.object({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.optional(z.string()),
  SourceAccount: z.optional(z.string()),
});
const TopicPolicySchema = z.object({ PolicyDocument: DocumentSchema, Topics: z.array(z.string()) });
const BucketPolicySchema = z.object({ PolicyDocument: DocumentSchema, Bucket: z.string() });
const QueuePolicySchema = z.object({ PolicyDocument: DocumentSchema, Queues: z.array(z.string()) });

/** A policy document as the template holds it; iam-simulate checks its form. */
export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly Readonly<Record<string, unknown>>[];
}

/** A role of the app with every policy that is attached to it. */
export interface ApplicationRole {
  readonly name: string;
  readonly arn: string;
  readonly policies: readonly { readonly name: string; readonly document: PolicyDocument }[];
  /** Managed policies that are not the app's own. */
  readonly managedPolicyArns: readonly string[];
}

const documentOf = ({ Statement }: z.infer<typeof DocumentSchema>): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: Array.isArray(Statement) ? Statement : [Statement],
});

const ownManagedPolicies = (deployment: Deployment) =>
  new Map(
    deployment.resources("AWS::IAM::ManagedPolicy").map((resource) => {
      const { PolicyDocument, Roles } = propertiesOf(resource, ManagedPolicySchema);
      return [resource.ref, { name: resource.logicalId, document: documentOf(PolicyDocument), roles: Roles }];
    }),
  );

/** The app's roles with their inline, attached and customer-managed policies. */
export const rolesIn = (deployment: Deployment): readonly ApplicationRole[] => {
  const managed = ownManagedPolicies(deployment);
  const attached = deployment
    .resources("AWS::IAM::Policy")
    .map((resource) => propertiesOf(resource, PolicySchema))
    .map(({ PolicyName, PolicyDocument, Roles }) => ({
      name: PolicyName,
      document: documentOf(PolicyDocument),
      roles: Roles,
    }));
  return deployment.resources("AWS::IAM::Role").map((resource) => {
    const { Policies, ManagedPolicyArns } = propertiesOf(resource, RoleSchema);
    const inline = Policies.map(({ PolicyName, PolicyDocument }) => ({
      name: PolicyName,
      document: documentOf(PolicyDocument),
    }));
    const others = [...attached, ...managed.values()].filter(({ roles }) => roles.includes(resource.ref));
    const named = ManagedPolicyArns.map((arn) => managed.get(arn)).filter((policy) => policy !== undefined);
    return {
      name: resource.ref,
      arn: resource.attribute("Arn"),
      policies: [...inline, ...others, ...named].map(({ name, document }) => ({ name, document })),
      managedPolicyArns: ManagedPolicyArns.filter((arn) => !managed.has(arn)),
    };
  });
};

/** A permission on a function, as Lambda writes it into the function's own policy (AddPermission). */
const permissionStatement = (resource: DeployedResource, functionArn: string) => {
  const { Action, Principal, SourceArn, SourceAccount } = propertiesOf(resource, PermissionSchema);
  const conditions = {
    ...(SourceArn !== undefined && { ArnLike: { "AWS:SourceArn": SourceArn } }),
    ...(SourceAccount !== undefined && { StringEquals: { "AWS:SourceAccount": SourceAccount } }),
  };
  return {
    Sid: resource.logicalId,
    Effect: "Allow",
    Principal: /^\d{12}$|^arn:/.test(Principal) ? { AWS: Principal } : { Service: Principal },
    Action,
    Resource: functionArn,
    ...(Object.keys(conditions).length > 0 && { Condition: conditions }),
  };
};

/** Policies on functions, topics, queues and buckets, by the resource's ARN. */
export const resourcePoliciesIn = (
  deployment: Deployment,
  functionArnOf: (nameOrArn: string) => string,
): ReadonlyMap<string, PolicyDocument> => {
  const statements = new Map<string, Readonly<Record<string, unknown>>[]>();
  const add = (arn: string, added: readonly Readonly<Record<string, unknown>>[]) => {
    statements.set(arn, [...(statements.get(arn) ?? []), ...added]);
  };
  for (const resource of deployment.resources("AWS::Lambda::Permission")) {
    const functionArn = functionArnOf(propertiesOf(resource, PermissionSchema).FunctionName);
    add(functionArn, [permissionStatement(resource, functionArn)]);
  }
  for (const resource of deployment.resources("AWS::SNS::TopicPolicy")) {
    const { PolicyDocument, Topics } = propertiesOf(resource, TopicPolicySchema);
    for (const arn of Topics) add(arn, documentOf(PolicyDocument).Statement);
  }
  const bucketArns = new Map(
    deployment.resources("AWS::S3::Bucket").map((bucket) => [bucket.ref, bucket.attribute("Arn")]),
  );
  for (const resource of deployment.resources("AWS::S3::BucketPolicy")) {
    const { PolicyDocument, Bucket } = propertiesOf(resource, BucketPolicySchema);
    add(bucketArns.get(Bucket) ?? Bucket, documentOf(PolicyDocument).Statement);
  }
  const queueArns = new Map(
    deployment.resources("AWS::SQS::Queue").map((queue) => [queue.ref, queue.attribute("Arn")]),
  );
  for (const resource of deployment.resources("AWS::SQS::QueuePolicy")) {
    const { PolicyDocument, Queues } = propertiesOf(resource, QueuePolicySchema);
    for (const url of Queues) add(queueArns.get(url) ?? url, documentOf(PolicyDocument).Statement);
  }
  return new Map([...statements].map(([arn, list]) => [arn, { Version: "2012-10-17", Statement: list }]));
};
