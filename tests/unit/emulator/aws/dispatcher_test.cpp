// SPDX-License-Identifier: Apache-2.0
#include "emulator/aws/dispatcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "common/crypto/crc32.h"
#include "common/sigv4/sign.h"

namespace beckon::emulator {
namespace {

// Answers the operation's name and keeps the answer back if it is "Later".
class EchoService final : public AwsService {
 public:
  EchoService(std::string_view prefix, std::string_view name) : prefix_(prefix), name_(name) {}
  std::string_view target_prefix() const override { return prefix_; }
  std::string_view signing_name() const override { return name_; }
  void handle(std::string_view operation, json::View input,
              std::function<void(AwsReply)> done) override {
    ++calls;
    AwsReply reply{.status = 200,
                   .body = "{\"echo\":\"" + std::string(operation) + "\"}",
                   .headers = {{"x-extra", "1"}}};
    if (operation == "Later") {
      later = [reply, input, done] {
        AwsReply answer = reply;
        answer.body = input.print();
        done(std::move(answer));
      };
      return;
    }
    done(std::move(reply));
  }

  int calls = 0;
  std::function<void()> later;

 private:
  std::string prefix_;
  std::string name_;
};

class Dispatcher : public ::testing::Test {
 protected:
  Dispatcher() : dispatcher_(options(), base::null_log()) {
    dispatcher_.add(dynamodb_);
    dispatcher_.add(events_);
  }

  AwsDispatcherOptions options() {
    AwsDispatcherOptions options;
    options.clock = [this] { return now_; };
    options.find_key = [](std::string_view id) -> std::optional<sigv4::KnownKey> {
      if (id != "local") return std::nullopt;
      return sigv4::KnownKey{"local", std::nullopt};
    };
    return options;
  }

  static HttpRequest unsigned_request(const std::string& target, const std::string& body = "{}") {
    HttpRequest request;
    request.method = "POST";
    request.target = request.path = "/";
    request.headers = {{"Host", "127.0.0.1:3001"}, {"Content-Type", "application/x-amz-json-1.0"}};
    if (!target.empty()) request.headers.emplace_back("X-Amz-Target", target);
    request.body = body;
    return request;
  }

  HttpRequest signed_request(const std::string& target, const std::string& body = "{}",
                             const std::string& service = "dynamodb",
                             const std::string& key = "local") {
    HttpRequest request = unsigned_request(target, body);
    const sigv4::Request view{request.method, request.path, request.query, request.headers,
                              request.body};
    const auto added = sigv4::sign(view, {key, key, ""}, {"us-east-1", service}, now_);
    request.headers.insert(request.headers.end(), added.begin(), added.end());
    return request;
  }

  HttpResponse send(const HttpRequest& request) {
    HttpResponse response;
    int answers = 0;
    dispatcher_.handle(request, [&](HttpResponse answer) {
      response = std::move(answer);
      ++answers;
    });
    EXPECT_EQ(answers, 1);
    return response;
  }

  static std::string header(const HttpResponse& response, std::string_view name) {
    return std::string(find_header(response.headers, name).value_or("(none)"));
  }

  // 'x' for what a UUID consists of, 'A' for capitals and digits where capitals occur.
  static std::string shape(std::string text) {
    const bool capitals =
        std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    for (char& c : text) {
      const bool digit = c >= '0' && c <= '9';
      if (capitals && (digit || (c >= 'A' && c <= 'Z'))) c = 'A';
      if (!capitals && (digit || (c >= 'a' && c <= 'f'))) c = 'x';
    }
    return text;
  }

  base::WallTime now_{1'800'000'000'000};
  EchoService dynamodb_{"DynamoDB_20120810", "dynamodb"};
  EchoService events_{"AWSEvents", "events"};
  AwsDispatcher dispatcher_;
};

TEST_F(Dispatcher, ASignedCallReachesItsServiceAndCarriesDynamoDbsHeaders) {
  const HttpResponse response = send(signed_request("DynamoDB_20120810.ListTables"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"echo":"ListTables"})");
  EXPECT_EQ(header(response, "Content-Type"), "application/x-amz-json-1.0");
  EXPECT_EQ(header(response, "x-amz-crc32"), std::to_string(crypto::crc32(response.body)));
  EXPECT_EQ(shape(header(response, "x-amzn-RequestId")), std::string(52, 'A'));
  EXPECT_EQ(header(response, "x-extra"), "1");
}

TEST_F(Dispatcher, WhatAnEmptyRequestClaimsToBeIsNotTheAnswersType) {
  HttpRequest request = unsigned_request("DynamoDB_20120810.ListTables", "");
  request.headers[1].second = "text/xml";
  EXPECT_EQ(header(send(request), "Content-Type"), "application/x-amz-json-1.0");
}

TEST_F(Dispatcher, OtherServicesHaveUuidsAndNoChecksum) {
  HttpRequest request = unsigned_request("AWSEvents.PutEvents");
  request.headers[1].second = "application/x-amz-json-1.1; charset=utf-8";
  const sigv4::Request view{request.method, request.path, request.query, request.headers,
                            request.body};
  const auto added = sigv4::sign(view, {"local", "local", ""}, {"us-east-1", "events"}, now_);
  request.headers.insert(request.headers.end(), added.begin(), added.end());
  const HttpResponse response = send(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header(response, "Content-Type"), "application/x-amz-json-1.1");
  EXPECT_EQ(header(response, "x-amz-crc32"), "(none)");
  EXPECT_EQ(shape(header(response, "x-amzn-RequestId")), "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
}

TEST_F(Dispatcher, AnAnswerMayComeLater) {
  HttpResponse response;
  response.status = 0;
  {
    const HttpRequest request = signed_request("DynamoDB_20120810.Later", R"({"a":[1,"b"]})");
    dispatcher_.handle(request, [&](HttpResponse answer) { response = std::move(answer); });
  }
  EXPECT_EQ(response.status, 0);
  dynamodb_.later();
  EXPECT_EQ(response.body, R"({"a":[1,"b"]})");
}

TEST_F(Dispatcher, UnsignedAndBadlySignedCallsAreRefusedAsAwsDoes) {
  const std::string prefix = R"({"__type":"com.amazon.coral.service#)";
  HttpResponse response = send(unsigned_request("DynamoDB_20120810.ListTables"));
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(
      response.body,
      prefix +
          R"(MissingAuthenticationTokenException","message":"Request is missing Authentication Token"})");

  response = send(signed_request("DynamoDB_20120810.ListTables", "{}", "dynamodb", "stranger"));
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(
      response.body,
      prefix +
          R"(UnrecognizedClientException","message":"The security token included in the request is invalid."})");

  HttpRequest changed = signed_request("DynamoDB_20120810.ListTables");
  changed.body = R"({"a":1})";
  response = send(changed);
  EXPECT_EQ(response.status, 400);
  EXPECT_TRUE(response.body.starts_with(
      prefix +
      R"(InvalidSignatureException","message":"The request signature we calculated does not match)"))
      << response.body;

  response = send(signed_request("DynamoDB_20120810.ListTables", "{}", "events"));
  EXPECT_TRUE(response.body.starts_with(
      prefix +
      R"(InvalidSignatureException","message":"Credential should be scoped to correct service: 'dynamodb'.)"))
      << response.body;

  HttpRequest incomplete = unsigned_request("DynamoDB_20120810.ListTables");
  incomplete.headers.emplace_back("Authorization", "AWS4-HMAC-SHA256 Credential=a");
  response = send(incomplete);
  EXPECT_TRUE(response.body.starts_with(prefix + "IncompleteSignatureException")) << response.body;

  const HttpRequest old = signed_request("DynamoDB_20120810.ListTables");
  now_.unix_ms += 16 * 60 * 1000;
  response = send(old);
  EXPECT_TRUE(response.body.starts_with(
      prefix + R"(InvalidSignatureException","message":"Signature expired: )"))
      << response.body;

  EXPECT_EQ(dynamodb_.calls, 0);
}

TEST_F(Dispatcher, ErrorsOfOtherServicesHaveNoNamespace) {
  const HttpResponse response = send(unsigned_request("AWSEvents.PutEvents"));
  EXPECT_TRUE(response.body.starts_with(R"({"__type":"MissingAuthenticationTokenException")"))
      << response.body;
}

TEST_F(Dispatcher, WhatIsNotThereIsNamed) {
  HttpResponse response = send(signed_request("AmazonSQS.SendMessage"));
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(
      response.body,
      R"({"__type":"com.amazon.coral.service#UnknownOperationException","message":)"
      R"("beckon-emulator does not implement AmazonSQS.SendMessage; it has AWSEvents, DynamoDB_20120810"})");
  for (const char* target : {"", "nodot", ".x", "x."}) {
    response = send(signed_request(target));
    EXPECT_EQ(response.status, 400);
    EXPECT_NE(response.body.find("X-Amz-Target must name an operation"), std::string::npos)
        << target;
  }
  HttpRequest query = unsigned_request("", "Version=2011-06-15&Action=GetCallerIdentity&x=1");
  query.headers[1].second = "application/x-www-form-urlencoded; charset=utf-8";
  response = send(query);
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(response.body.find(
                "<Message>beckon-emulator does not implement the action GetCallerIdentity of "),
            std::string::npos)
      << response.body;
}

// Tells the form that it was given.
class EchoQuery final : public QueryService {
 public:
  std::string_view query_signing_name() const override { return "sqs"; }
  void handle_query(std::string_view path, const QueryForm& form, HttpDone done) override {
    HttpResponse response;
    response.body = std::string(path);
    for (const auto& [name, value] : form) response.body += " " + name + "=" + value;
    done(std::move(response));
  }
};

TEST_F(Dispatcher, AFormReachesTheServiceThatItIsSignedFor) {
  EchoQuery query;
  dispatcher_.add(query);
  const auto form = [&](const std::string& service, const std::string& key) {
    HttpRequest request = signed_request("", "Action=A&b=c+d%26&b2=&x", service, key);
    request.headers[1].second = "application/x-www-form-urlencoded; charset=utf-8";
    // Signed once more, with the other content type.
    request.headers.resize(2);
    const sigv4::Request view{request.method, request.path, request.query, request.headers,
                              request.body};
    const auto added = sigv4::sign(view, {key, key, ""}, {"us-east-1", service}, now_);
    request.headers.insert(request.headers.end(), added.begin(), added.end());
    return send(request);
  };
  EXPECT_EQ(form("sqs", "local").body, "/ Action=A b=c d& b2= x=");
  const HttpResponse stranger = form("sqs", "stranger");
  EXPECT_EQ(stranger.status, 403);
  EXPECT_EQ(header(stranger, "Content-Type"), "text/xml");
  EXPECT_NE(stranger.body.find("<Code>"), std::string::npos) << stranger.body;
  EXPECT_EQ(stranger.body.find("Action=A"), std::string::npos);
  EXPECT_EQ(form("dynamodb", "local").status, 400);
  EXPECT_TRUE(dispatcher_.has("dynamodb"));
  EXPECT_FALSE(dispatcher_.has("s3"));
}

// Each of them would be a node of a map: 16 MB of them would be gigabytes.
TEST_F(Dispatcher, AFormOfTooManyParametersIsRefusedBeforeItIsTakenApart) {
  EchoQuery query;
  dispatcher_.add(query);
  HttpRequest request = signed_request("", "Action=A" + std::string(5000, '&'), "sqs");
  request.headers[1].second = "application/x-www-form-urlencoded";
  const HttpResponse response = send(request);
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(response.body.find("MalformedQueryString"), std::string::npos) << response.body;
}

TEST_F(Dispatcher, BodiesThatAreNoJsonObjectAreSerializationErrors) {
  for (const char* body : {"{", "[]", "5", "{\"a\":1,\"a\":2}", "{} {}", "\xff"}) {
    const HttpResponse response = send(signed_request("DynamoDB_20120810.ListTables", body));
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_TRUE(
        response.body.starts_with(R"({"__type":"com.amazon.coral.service#SerializationException")"))
        << body;
  }
  std::string deep(300, '[');
  deep = R"({"a":)" + deep + std::string(300, ']') + "}";
  EXPECT_EQ(send(signed_request("DynamoDB_20120810.ListTables", deep)).status, 400);
  const HttpResponse empty = send(signed_request("DynamoDB_20120810.ListTables", ""));
  EXPECT_EQ(empty.status, 400);
  EXPECT_NE(empty.body.find("SerializationException"), std::string::npos);
  EXPECT_EQ(dynamodb_.calls, 0);
}

TEST_F(Dispatcher, OtherMethodsAndTypesGetWhatDynamoDbGivesThem) {
  HttpRequest request = unsigned_request("");
  request.method = "GET";
  HttpResponse response = send(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "healthy: dynamodb.us-east-1.amazonaws.com ");
  request.method = "PUT";
  response = send(request);
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, "<UnknownOperationException/>\n");
  request = signed_request("DynamoDB_20120810.ListTables");
  request.headers[1].second = "text/plain";
  EXPECT_EQ(send(request).status, 404);
  request =
      unsigned_request("DynamoDB_20120810.ListTables", std::string(kAwsRequestBytesMax + 1, ' '));
  EXPECT_EQ(send(request).status, 413);
}

}  // namespace
}  // namespace beckon::emulator
