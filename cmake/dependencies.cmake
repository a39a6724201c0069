# SPDX-License-Identifier: Apache-2.0
# Every third-party target our code may link: thirdparty::* and the distribution's own targets.
# Pinned sources (cmake/dependencies.txt) are built once per compiler into third_party/install/ and
# shared by all presets; everything else comes from the distribution.

set(BECKON_THIRD_PARTY_DIR ${PROJECT_SOURCE_DIR}/third_party CACHE PATH
    "Where pinned third-party sources and the libraries built from them are kept")
set(BECKON_THIRD_PARTY_COMPILER ${CMAKE_C_COMPILER} CACHE STRING
    "The C compiler of the pinned third-party libraries; presets that share one share the libraries")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/cmake/dependencies.txt ${PROJECT_SOURCE_DIR}/cmake/mbedtls_config.h
  ${PROJECT_SOURCE_DIR}/cmake/thirdparty/build.py)
find_package(Threads REQUIRED)

# beckon_thirdparty(NAME INCLUDE folder LIBRARIES file-or-target…): the target thirdparty::NAME, whose
# headers are system headers, so our warnings do not read them.
function(beckon_thirdparty name)
  cmake_parse_arguments(arg "" "INCLUDE" "LIBRARIES" ${ARGN})
  add_library(thirdparty::${name} INTERFACE IMPORTED GLOBAL)
  target_include_directories(thirdparty::${name} SYSTEM INTERFACE ${arg_INCLUDE})
  target_link_libraries(thirdparty::${name} INTERFACE ${arg_LIBRARIES})
endfunction()

# beckon_system_library(NAME PACKAGE apt-package HEADER file LIBRARIES name…): finds a library of the
# distribution by its header and its archive, the static one where there is one.
function(beckon_system_library name)
  cmake_parse_arguments(arg "" "PACKAGE;HEADER" "LIBRARIES" ${ARGN})
  find_path(BECKON_${name}_INCLUDE ${arg_HEADER} PATH_SUFFIXES cjson)
  set(found)
  foreach(library IN LISTS arg_LIBRARIES)
    find_library(BECKON_${library}_LIBRARY NAMES lib${library}.a ${library})
    list(APPEND found ${BECKON_${library}_LIBRARY})
  endforeach()
  if(NOT BECKON_${name}_INCLUDE OR "${found}" MATCHES "NOTFOUND")
    message(FATAL_ERROR "${name} was not found (<${arg_HEADER}>). Install it: apt-get install ${arg_PACKAGE}")
  endif()
  beckon_thirdparty(${name} INCLUDE ${BECKON_${name}_INCLUDE} LIBRARIES ${found} Threads::Threads ${CMAKE_DL_LIBS})
endfunction()

if(BECKON_SYSTEM_DEPS)
  include(${CMAKE_CURRENT_LIST_DIR}/system_libraries.cmake)
  beckon_system_library(cjson PACKAGE libcjson-dev HEADER cJSON.h LIBRARIES cjson)
  beckon_system_library(mbedcrypto PACKAGE libmbedtls-dev HEADER mbedtls/md.h LIBRARIES mbedcrypto)
  beckon_system_library(mbedtls PACKAGE libmbedtls-dev HEADER mbedtls/ssl.h LIBRARIES mbedtls mbedx509 mbedcrypto)
  beckon_header_version(beckon_mbedtls MBEDTLS_VERSION_STRING
    ${BECKON_mbedtls_INCLUDE}/mbedtls/build_info.h ${BECKON_mbedtls_INCLUDE}/mbedtls/version.h)
  beckon_expect_version(mbedTLS "${beckon_mbedtls}" 3.6 libmbedtls-dev)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(BECKON_LWS QUIET IMPORTED_TARGET libwebsockets)
  pkg_check_modules(BECKON_CURL QUIET IMPORTED_TARGET libcurl)
  beckon_expect_version(libwebsockets "${BECKON_LWS_VERSION}" 4.3 libwebsockets-dev)
  beckon_expect_mbedtls_in_websockets(${BECKON_LWS_INCLUDE_DIRS} ${BECKON_LWS_INCLUDEDIR})
  beckon_expect_version(libcurl "${BECKON_CURL_VERSION}" 7.85 libcurl4-openssl-dev)
  add_library(thirdparty::websockets ALIAS PkgConfig::BECKON_LWS)
  add_library(thirdparty::curl ALIAS PkgConfig::BECKON_CURL)
else()
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  execute_process(
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/cmake/thirdparty
            --root ${BECKON_THIRD_PARTY_DIR} --compiler ${BECKON_THIRD_PARTY_COMPILER}
    OUTPUT_VARIABLE beckon_prefix OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE beckon_result)
  if(NOT beckon_result EQUAL 0)
    message(FATAL_ERROR "The third-party libraries could not be made; the lines above say why.")
  endif()
  message(STATUS "Third-party libraries: ${beckon_prefix}")
  set(beckon_include ${beckon_prefix}/include)
  set(beckon_lib ${beckon_prefix}/lib)
  beckon_thirdparty(cjson INCLUDE ${beckon_include}/cjson LIBRARIES ${beckon_lib}/libcjson.a)
  beckon_thirdparty(mbedcrypto INCLUDE ${beckon_include} LIBRARIES ${beckon_lib}/libmbedcrypto.a)
  beckon_thirdparty(mbedtls INCLUDE ${beckon_include}
    LIBRARIES ${beckon_lib}/libmbedtls.a ${beckon_lib}/libmbedx509.a ${beckon_lib}/libmbedcrypto.a)
  beckon_thirdparty(websockets INCLUDE ${beckon_include}
    LIBRARIES ${beckon_lib}/libwebsockets.a thirdparty::mbedtls Threads::Threads)
  beckon_thirdparty(curl INCLUDE ${beckon_include}
    LIBRARIES ${beckon_lib}/libcurl.a thirdparty::mbedtls Threads::Threads)
  set_property(TARGET thirdparty::curl PROPERTY INTERFACE_COMPILE_DEFINITIONS CURL_STATICLIB)
endif()

beckon_system_library(sqlite3 PACKAGE libsqlite3-dev HEADER sqlite3.h LIBRARIES sqlite3)
beckon_system_library(yaml PACKAGE libyaml-dev HEADER yaml.h LIBRARIES yaml)
beckon_system_library(wslay PACKAGE libwslay-dev HEADER wslay/wslay.h LIBRARIES wslay)
beckon_system_library(http_parser PACKAGE libhttp-parser-dev HEADER http_parser.h LIBRARIES http_parser)
target_link_libraries(thirdparty::sqlite3 INTERFACE m)

# beckon_package(NAME apt-package): find_package with the apt package in the message.
macro(beckon_package name package)
  find_package(${name} QUIET)
  if(NOT ${name}_FOUND)
    message(FATAL_ERROR "${name} was not found. Install it: apt-get install ${package}")
  endif()
endmacro()
beckon_package(fmt libfmt-dev)
beckon_package(CLI11 libcli11-dev)
if(BECKON_BUILD_TESTS)
  beckon_package(GTest "libgtest-dev libgmock-dev")
endif()
if(BECKON_BUILD_BENCH)
  beckon_package(benchmark libbenchmark-dev)
endif()
