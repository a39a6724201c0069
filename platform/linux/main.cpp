// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>
#include <utility>

#include "platform/linux/app.h"
#include "platform/linux/completion.h"
#include "platform/linux/keygen.h"
#include "platform/linux/options.h"

int main(int argc, char** argv) {
  using beckon::platform::Options;
  // Whoever starts us with closed standard descriptors must not find a socket in their place.
  while (true) {
    const int fd = open("/dev/null", O_RDWR);
    if (fd > STDERR_FILENO) {
      close(fd);
      break;
    }
    if (fd < 0) break;
  }
  if (argc > 1 && std::string_view(argv[1]) == "keygen") {
    return beckon::platform::run_keygen(argc - 1, argv + 1);
  }
  if (argc > 1 && std::string_view(argv[1]) == "completion") {
    return beckon::platform::run_completion(argc - 1, argv + 1);
  }
#ifdef __GLIBC__
  // Lookups of names have threads; heaps of their own for them would cost more than waiting does.
  mallopt(M_ARENA_MAX, 1);
#endif
  auto options = beckon::platform::parse_options(argc, argv);
  if (!options) {
    std::fprintf(stderr, "beckon-agent: %s\nbeckon-agent --help says more.\n",
                 options.error().message.c_str());
    return 2;
  }
  if (options->mode == Options::Mode::kHelp) {
    std::fputs(beckon::platform::kHelp, stdout);
    return 0;
  }
  if (options->mode == Options::Mode::kVersion) {
    std::puts("beckon-agent " BECKON_VERSION);
    return 0;
  }
  beckon::platform::App app(std::move(*options));
  return app.run();
}
