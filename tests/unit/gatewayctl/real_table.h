#pragma once

// The table of commands stands in main.cc alone; tests look at that very table and not at a copy.
#define main gatewayctl_main
#include "gatewayctl/main.cc"
#undef main
