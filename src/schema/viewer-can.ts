import { AccessKey } from './access-key.js';
import { builder } from './builder.js';
import {
  AccessKeyCapabilities,
  capabilities,
  DatasetCapabilities,
  DatasetMemberCapabilities,
  DatasetViewCapabilities,
  FlowMemberCapabilities,
  GroupCapabilities,
  InvitationCapabilities,
  RoleCapabilities,
  ServiceAccountCapabilities,
  SessionCapabilities,
  UserCapabilities,
} from './capabilities.js';
import { DatasetView } from './dataset-view.js';
import { Dataset } from './dataset.js';
import { DatasetMember, FlowMember } from './flow-member.js';
import { Group } from './group.js';
import { Invitation } from './invitation.js';
import { Role } from './role.js';
import { ServiceAccount } from './service-account.js';
import { Session } from './session.js';
import { User } from './user.js';

export const description =
  'What you may do with it, decided as the operations themselves decide it.';

builder.prismaObjectFields(Dataset, (t) => ({
  viewerCan: t.field({
    type: DatasetCapabilities,
    description,
    resolve: ({ id }, _args, context) => capabilities({ flowId: id }, context),
  }),
}));

builder.prismaObjectFields(DatasetView, (t) => ({
  viewerCan: t.field({
    type: DatasetViewCapabilities,
    description,
    resolve: ({ flowId, createdById }, _args, context) =>
      capabilities({ flowId, creatorId: createdById }, context),
  }),
}));

builder.prismaObjectFields(DatasetMember, (t) => ({
  viewerCan: t.field({
    type: DatasetMemberCapabilities,
    description,
    select: { role: true, userId: true, serviceAccountId: true },
    resolve: (member, _args, context) => capabilities({ flowId: member.flowId, member }, context),
  }),
}));

builder.prismaObjectFields(FlowMember, (t) => ({
  viewerCan: t.field({
    type: FlowMemberCapabilities,
    description,
    select: { role: true, userId: true, serviceAccountId: true },
    resolve: (member, _args, context) => capabilities({ flowId: member.flowId, member }, context),
  }),
}));

builder.prismaObjectFields(User, (t) => ({
  viewerCan: t.field({
    type: UserCapabilities,
    description,
    resolve: ({ id }, _args, context) => capabilities({ personId: id }, context),
  }),
}));

builder.prismaObjectFields(Group, (t) => ({
  viewerCan: t.field({
    type: GroupCapabilities,
    description,
    resolve: (_group, _args, context) => capabilities({}, context),
  }),
}));

builder.prismaObjectFields(Role, (t) => ({
  viewerCan: t.field({
    type: RoleCapabilities,
    description,
    resolve: ({ id }, _args, context) => capabilities({ roleId: id }, context),
  }),
}));

builder.prismaObjectFields(ServiceAccount, (t) => ({
  viewerCan: t.field({
    type: ServiceAccountCapabilities,
    description,
    resolve: (_program, _args, context) => capabilities({}, context),
  }),
}));

builder.prismaObjectFields(AccessKey, (t) => ({
  viewerCan: t.field({
    type: AccessKeyCapabilities,
    description,
    resolve: ({ userId }, _args, context) => capabilities({ personId: userId }, context),
  }),
}));

builder.prismaObjectFields(Session, (t) => ({
  viewerCan: t.field({
    type: SessionCapabilities,
    description,
    resolve: ({ userId }, _args, context) => capabilities({ personId: userId }, context),
  }),
}));

builder.prismaObjectFields(Invitation, (t) => ({
  viewerCan: t.field({
    type: InvitationCapabilities,
    description,
    resolve: (_invitation, _args, context) => capabilities({}, context),
  }),
}));
