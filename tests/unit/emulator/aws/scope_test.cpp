// SPDX-License-Identifier: Apache-2.0
#include "emulator/aws/scope.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace beckon::emulator {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

HttpRequest signed_for(const std::string& service, const std::string& method = "GET",
                       const std::string& content_type = "") {
  HttpRequest request;
  request.method = method;
  request.headers = {
      {"Host", "127.0.0.1:3001"},
      {"Authorization", "AWS4-HMAC-SHA256 Credential=local/20260304/us-east-1/" + service +
                            "/aws4_request, SignedHeaders=host, Signature=0"}};
  if (!content_type.empty()) request.headers.emplace_back("Content-Type", content_type);
  return request;
}

TEST(SignedService, IsReadFromTheHeaderOrTheQuery) {
  EXPECT_EQ(signed_service(signed_for("s3")), "s3");
  HttpRequest presigned;
  presigned.query =
      "X-Amz-Algorithm=a&X-Amz-Credential=k%2F20260304%2Fus-east-1%2Fexecute-api%2Faws4_request&b";
  EXPECT_EQ(signed_service(presigned), "execute-api");
  EXPECT_EQ(signed_service(HttpRequest{}), "");
  for (const char* value : {"Bearer x", "AWS4-HMAC-SHA256 Credential=", "Credential=a",
                            "Credential=/", "Credential=a/b"}) {
    HttpRequest request;
    request.headers = {{"Authorization", value}};
    EXPECT_EQ(signed_service(request), "") << value;
  }
}

// Every client finds the sentence where it looks for one.
TEST(UnsupportedService, IsNamedInTheShapeThatItsClientsRead) {
  const auto answer = [](const HttpRequest& request) {
    return unsupported_service(request, signed_service(request));
  };
  const HttpResponse s3 = answer(signed_for("s3"));
  EXPECT_EQ(s3.status, 501);
  EXPECT_EQ(s3.headers[0].second, "application/xml");
  EXPECT_THAT(s3.body, AllOf(StartsWith("<?xml"),
                             HasSubstr("?><Error><Code>NotImplemented</Code>"
                                       "<Message>"),
                             HasSubstr("the service s3;")));
  EXPECT_THAT(answer(signed_for("ec2", "POST", "application/x-www-form-urlencoded")).body,
              HasSubstr("<Response><Errors><Error><Code>NotImplemented"));
  const HttpResponse sts =
      answer(signed_for("sts", "POST", "application/x-www-form-urlencoded; charset=utf-8"));
  EXPECT_EQ(sts.status, 501);
  EXPECT_THAT(sts.body, AllOf(StartsWith("<ErrorResponse>"), HasSubstr("the service sts;")));
  const HttpResponse ecr = answer(signed_for("ecr", "POST", "application/x-amz-json-1.1"));
  EXPECT_THAT(ecr.body, AllOf(StartsWith(R"({"__type":"NotImplemented","message":)"),
                              HasSubstr("the service ecr;")));
}

}  // namespace
}  // namespace beckon::emulator
