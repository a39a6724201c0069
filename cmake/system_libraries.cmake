# SPDX-License-Identifier: Apache-2.0
# BECKON_SYSTEM_DEPS: whether the system's libraries are new enough and built as Beckon needs them.
# What is not is said here, with its version, before anything is compiled.

set(BECKON_PINNED_HINT "Leave BECKON_SYSTEM_DEPS off: then the pinned sources of cmake/dependencies.txt are built.")

# beckon_header_version(OUT MACRO file…): the text of `#define MACRO "1.2.3"` in the first of the files
# that has it; empty if none has.
function(beckon_header_version out macro)
  set(${out} "" PARENT_SCOPE)
  foreach(file IN LISTS ARGN)
    if(NOT EXISTS ${file})
      continue()
    endif()
    file(STRINGS ${file} line REGEX "^#define +${macro} +\"[0-9.]+\"" LIMIT_COUNT 1)
    if(line)
      string(REGEX REPLACE ".*\"([0-9.]+)\".*" "\\1" version "${line}")
      set(${out} ${version} PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

# beckon_expect_version(NAME found minimum apt-package): stops unless found is the minimum or newer.
# An empty found is a library that is not there.
function(beckon_expect_version name found minimum package)
  if(found STREQUAL "")
    message(FATAL_ERROR "${name} ${minimum} or newer was not found. Install it (apt-get install ${package}), "
            "or: ${BECKON_PINNED_HINT}")
  endif()
  if(found VERSION_LESS minimum)
    message(FATAL_ERROR "${name}: Beckon needs ${minimum} or newer, and the system has ${found}. ${BECKON_PINNED_HINT}")
  endif()
endfunction()

# beckon_expect_mbedtls_in_websockets(folder…): stops if the lws_config.h in one of the folders says
# that libwebsockets is not built over mbedTLS. The agent reads mbedTLS's reasons for a failed
# handshake, and keeps it from going below TLS 1.2, through calls that only such a build makes.
function(beckon_expect_mbedtls_in_websockets)
  foreach(folder IN LISTS ARGN)
    if(NOT EXISTS ${folder}/lws_config.h)
      continue()
    endif()
    file(STRINGS ${folder}/lws_config.h line REGEX "^#define +LWS_WITH_MBEDTLS" LIMIT_COUNT 1)
    if(line)
      return()
    endif()
    message(FATAL_ERROR "libwebsockets: Beckon needs one that is built over mbedTLS, and the system's "
            "(${folder}) is not. ${BECKON_PINNED_HINT}")
  endforeach()
  message(FATAL_ERROR "libwebsockets: lws_config.h was not found in: ${ARGN}. Install it (apt-get install "
          "libwebsockets-dev), or: ${BECKON_PINNED_HINT}")
endfunction()
