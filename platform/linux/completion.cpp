// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/completion.h"

#include <cstdio>
#include <string>
#include <string_view>

#include "platform/linux/keygen.h"
#include "platform/linux/options.h"

namespace beckon::platform {
namespace {

// Behind "--" stands a command, and then what is its own business.
constexpr const char* kScript =
    R"(# bash completion for beckon-agent; for this shell: source <(beckon-agent completion bash)
_beckon_agent() {
  local current=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD-1]} words="%s" word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in --) [ "$last" = -- ] && COMPREPLY=($(compgen -c -- "$current")); return ;; esac
  done
  case ${COMP_WORDS[1]} in keygen) words="%s" ;; completion) words=bash ;; esac
  case $current,$last,$COMP_CWORD in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *,1) COMPREPLY=($(compgen -W "keygen completion" -- "$current")) ;;
    *,completion,2) COMPREPLY=($(compgen -W bash -- "$current")) ;;
  esac
}
complete -o default -F _beckon_agent beckon-agent
)";

std::string words_of(const option* flags) {
  std::string words;
  for (; flags->name != nullptr; ++flags) words += std::string("--") + flags->name + " ";
  return words;
}

}  // namespace

int run_completion(int argc, char** argv) {
  if (argc != 2 || std::string_view(argv[1]) != "bash") {
    std::fprintf(stderr, "beckon-agent completion: expected bash, the one shell it knows\n");
    return 2;
  }
  std::printf(kScript, words_of(agent_flags()).c_str(), words_of(keygen_flags()).c_str());
  return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace beckon::platform
