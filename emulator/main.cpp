// SPDX-License-Identifier: Apache-2.0
// beckon-emulator: one program, one port, one command for the whole backend.
#include <exception>

#include "emulator/app/app.h"
#include "emulator/app/complain.h"
#include "emulator/app/options.h"

int main(int argc, char** argv) {
  try {
    const auto options = beckon::emulator::parse_options(argc, argv);
    if (!options) return options.error();
    return beckon::emulator::run_app(*options);
  } catch (const std::exception& error) {
    return beckon::emulator::complain(1, error.what());
  }
}
