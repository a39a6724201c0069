// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/keygen.h"

#include <cstdio>
#include <string>

#include "platform/linux/key_file.h"

namespace beckon::platform {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

constexpr const char* kKeygenHelp =
    R"(beckon-agent keygen: makes a key, an EC P-256 pair: this device's, or an operator's to sign with.

Usage:
  beckon-agent keygen [--out FILE] [--device NAME]
  beckon-agent keygen --signer [--out FILE]
  beckon-agent keygen --show FILE

  --out FILE     where the private key goes (default: device.key); a new file that only its owner
                 can read. It never leaves this device, and is never overwritten
  --device NAME  the device's id, for the line to type next
  --signer       the key is for beckon post --sign, and stays where you operate Beckon (default of
                 --out: signer.key)
  --show FILE    print the public key of a file that is there

The public key is printed on standard output, what to type next on standard error.

Examples:
  beckon-agent keygen --out /etc/beckon/laptop.key --device laptop
  beckon-agent keygen --out laptop.key | beckon device add laptop --user Bob --key -
  beckon-agent keygen --signer --out signer.key > signer.pub
)";

const option kFlags[] = {
    {"out", required_argument, nullptr, 'o'},  {"device", required_argument, nullptr, 'd'},
    {"show", required_argument, nullptr, 's'}, {"signer", no_argument, nullptr, 'g'},
    {"help", no_argument, nullptr, 'h'},       {nullptr, 0, nullptr, 0}};

struct KeygenOptions {
  std::string out;  // "": the kind's default
  bool is_signer = false;
  std::string device = "DEVICE";
  std::string show;
};

int usage(const std::string& message) {
  std::fprintf(stderr, "beckon-agent keygen: %s\nbeckon-agent keygen --help says more.\n",
               message.c_str());
  return kExitUsage;
}

// A word for a shell, quoted only if it must be.
std::string shell_word(const std::string& text) {
  constexpr const char* kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:@%+=,";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

void print_next_of_device(const KeygenOptions& options, const crypto::PublicKey& key) {
  std::fprintf(stderr,
               "The private key is in %s; only you can read it, and it stays on this device.\n"
               "The public key is above (%s).\n"
               "Next, where you operate Beckon, with the public key in a file (or - for standard "
               "input):\n"
               "  beckon device add %s --user USER --key FILE\n"
               "and then here:\n"
               "  beckon-agent --url URL --device %s --key %s\n",
               options.out.c_str(), key.fingerprint().c_str(), shell_word(options.device).c_str(),
               shell_word(options.device).c_str(), shell_word(options.out).c_str());
}

void print_next_of_signer(const KeygenOptions& options, const crypto::PublicKey& key) {
  std::fprintf(stderr,
               "The private key is in %s; only you can read it. Who has it can run on your devices "
               "what their rules allow.\n"
               "The public key is above (%s).\n"
               "Next, on each device, with the public key in a file, in the configuration:\n"
               "  \"signers\": [\"FILE\"], \"require_signature\": true\n"
               "and then here:\n"
               "  beckon post USER MESSAGE --device DEVICE --sign %s\n",
               options.out.c_str(), key.fingerprint().c_str(), shell_word(options.out).c_str());
}

int make(KeygenOptions options) {
  if (options.out.empty()) options.out = options.is_signer ? "signer.key" : "device.key";
  const auto key = options.show.empty() ? make_key_file(options.out) : read_key_file(options.show);
  if (!key) {
    std::fprintf(stderr, "beckon-agent keygen: %s\n", key.error().message.c_str());
    return kExitFailed;
  }
  std::fputs(key->public_key().to_pem().c_str(), stdout);
  if (std::fflush(stdout) != 0) {
    std::fprintf(stderr,
                 "beckon-agent keygen: the public key could not be printed; see it with "
                 "beckon-agent keygen --show FILE\n");
    return kExitFailed;
  }
  if (!options.show.empty()) return 0;
  (options.is_signer ? print_next_of_signer : print_next_of_device)(options, key->public_key());
  return 0;
}

}  // namespace

const option* keygen_flags() {
  return kFlags;
}

int run_keygen(int argc, char** argv) {
  KeygenOptions options;
  opterr = 0;
  while (true) {
    const int flag = getopt_long(argc, argv, "+:", kFlags, nullptr);
    if (flag == -1) break;
    if (flag == 'h') {
      std::fputs(kKeygenHelp, stdout);
      return 0;
    }
    if (flag == 'g') {
      options.is_signer = true;
      continue;
    }
    const std::string given = argv[optind - 1];
    if (flag == '?') return usage("unknown option " + given);
    if (flag == ':') return usage(given + " needs a value");
    if (*optarg == '\0') return usage("expected a value, got \"\"");
    if (flag == 'o') options.out = optarg;
    if (flag == 'd') options.device = optarg;
    if (flag == 's') options.show = optarg;
  }
  if (optind < argc) return usage("unexpected \"" + std::string(argv[optind]) + "\"");
  return make(options);
}

}  // namespace beckon::platform
