// SPDX-License-Identifier: Apache-2.0
// What std::terminate does in the agent: abort, which leaves a core. libstdc++'s own handler would
// print the exception's type, and for that carries a demangler of 50 kB into a program that is
// built without exceptions. Defining its symbol keeps its file out of the link.
#include <cstdlib>

namespace __gnu_cxx {

[[noreturn]] void __verbose_terminate_handler();  // NOLINT: libstdc++'s name

void __verbose_terminate_handler() {
  std::abort();
}

}  // namespace __gnu_cxx
