# SPDX-License-Identifier: Apache-2.0
# The certificates that the agent trusts without being told: Amazon's roots (and Starfield's, under
# which old ones are signed), which every AWS endpoint's chain ends in. They are read from the
# ca-certificates package of the machine that builds, by name, so that none is kept here.
set(BECKON_ROOTS_DIR /usr/share/ca-certificates/mozilla CACHE PATH
    "Where Amazon_Root_CA_1.crt and its like are, to be built into beckon-agent")
set(BECKON_ROOTS Amazon_Root_CA_1 Amazon_Root_CA_2 Amazon_Root_CA_3 Amazon_Root_CA_4
    Starfield_Services_Root_Certificate_Authority_-_G2)

# beckon_amazon_roots(FILE): writes the C++ source that defines kAmazonRoots of
# platform/linux/trust.h; empty, with a word at configure time, if a certificate is missing.
function(beckon_amazon_roots file)
  set(pem)
  foreach(name IN LISTS BECKON_ROOTS)
    set(path ${BECKON_ROOTS_DIR}/${name}.crt)
    if(NOT EXISTS ${path})
      message(WARNING "${path} is not there, so beckon-agent trusts the system's certificates by default, "
              "which takes half a megabyte of memory more. Install it: apt-get install ca-certificates")
      set(pem)
      break()
    endif()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    file(READ ${path} one)
    string(APPEND pem "${one}")
  endforeach()
  file(CONFIGURE OUTPUT ${file} @ONLY CONTENT [[// Made by cmake/amazon_roots.cmake.
#include "platform/linux/trust.h"

namespace beckon::platform {

const char kAmazonRoots[] = R"PEM(@pem@)PEM";

}  // namespace beckon::platform
]])
endfunction()
