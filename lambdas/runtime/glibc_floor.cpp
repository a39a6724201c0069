// SPDX-License-Identifier: Apache-2.0
// Keeps functions loadable on Amazon Linux 2023, whose glibc is 2.34. A libgcc built on a newer
// system finds unwind tables through _dl_find_object, which is glibc 2.35's. A function is built
// without exceptions, so nothing may be unwound: here the call always says that it found nothing,
// and what would throw ends the program. Linked into functions only, never into a library.

// NOLINTBEGIN(readability-identifier-naming,bugprone-reserved-identifier): the names are glibc's
struct dl_find_object;

extern "C" int _dl_find_object(void* address, dl_find_object* result);

int _dl_find_object(void*, dl_find_object*) {
  return -1;
}
// NOLINTEND(readability-identifier-naming,bugprone-reserved-identifier)
