#pragma once

#include "gatewayctl/command.h"

namespace gateway::ctl {

// Each in the file of its name; main.cc lists them.
extern const Command kInit;
extern const Command kValidate;
extern const Command kDoctor;
extern const Command kSchema;
extern const Command kExplain;
extern const Command kTest;
extern const Command kStatus;
extern const Command kTop;
extern const Command kRoutes;
extern const Command kServices;
extern const Command kHealth;
extern const Command kBreaker;
extern const Command kLimits;
extern const Command kCache;
extern const Command kReload;
extern const Command kUpgrade;
extern const Command kDiff;
extern const Command kApply;
extern const Command kConfirm;
extern const Command kRollback;
extern const Command kAudit;
extern const Command kHistory;
extern const Command kDrift;
extern const Command kLogs;
extern const Command kStats;
extern const Command kWhy;
extern const Command kIncident;
extern const Command kSupportBundle;
extern const Command kHashPassword;
extern const Command kCompletion;
extern const Command kVersion;

}  // namespace gateway::ctl
