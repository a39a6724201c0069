// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/sqs_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "common/base/bytes.h"
#include "common/json/writer.h"
#include "emulator/aws/reply.h"

namespace beckon::emulator {
namespace {

constexpr std::string_view kTexts[] = {"QueueUrl", "QueueName", "QueueNamePrefix", "MessageBody",
                                       "ReceiptHandle"};
constexpr std::string_view kNumbers[] = {"MaxNumberOfMessages", "WaitTimeSeconds",
                                         "VisibilityTimeout", "DelaySeconds"};
// Lists have numbered members: AttributeName.1, AttributeName.2, …
constexpr std::string_view kLists[] = {"AttributeName", "MessageAttributeName",
                                       "MessageSystemAttributeName"};

std::string value_of(const QueryForm& form, const std::string& name) {
  const auto found = form.find(name);
  return found == form.end() ? std::string() : found->second;
}

// MessageAttribute.1.Name=a&MessageAttribute.1.Value.DataType=String&…
void write_message_attributes(json::Writer& writer, const QueryForm& form) {
  writer.key("MessageAttributes").begin_object();
  for (int i = 1; form.contains(fmt::format("MessageAttribute.{}.Name", i)); ++i) {
    const std::string start = fmt::format("MessageAttribute.{}.", i);
    writer.key(value_of(form, start + "Name")).begin_object();
    for (const char* member : {"DataType", "StringValue", "BinaryValue"}) {
      const auto found = form.find(start + "Value." + member);
      if (found != form.end()) writer.member(member, found->second);
    }
    writer.end_object();
  }
  writer.end_object();
}

std::string to_json(std::string_view path, const QueryForm& form) {
  json::Writer writer;
  writer.begin_object();
  for (const std::string_view name : kTexts) {
    const auto found = form.find(name);
    if (found != form.end()) writer.member(name, found->second);
  }
  // Some SDKs post to the queue's URL instead of naming it.
  if (!form.contains("QueueUrl") && path != "/") writer.member("QueueUrl", path);
  for (const std::string_view name : kNumbers) {
    const auto found = form.find(name);
    if (found == form.end()) continue;
    const auto number = base::parse_int64(found->second);
    // What is no number is passed on as it is, for the service to refuse by name.
    number ? writer.member(name, *number) : writer.member(name, found->second);
  }
  for (const std::string_view name : kLists) {
    writer.key(fmt::format("{}s", name)).begin_array();
    for (int i = 1; form.contains(fmt::format("{}.{}", name, i)); ++i) {
      writer.string(value_of(form, fmt::format("{}.{}", name, i)));
    }
    writer.end_array();
  }
  write_message_attributes(writer, form);
  return writer.end_object().take();
}

std::string element(std::string_view name, std::string_view text) {
  return fmt::format("<{0}>{1}</{0}>", name, xml_escaped(text));
}

// Texts become elements, lists repeated elements of the singular name, maps Name and Value.
std::string to_xml(json::View object) {
  std::string xml;
  for (const json::View member : object) {
    const std::string_view name = member.key();
    if (member.is_string()) {
      xml += element(name, member.string_or(""));
      continue;
    }
    const std::string_view singular = name.substr(0, name.size() - 1);
    for (const json::View item : member) {
      std::string inner;
      if (member.is_array()) {
        inner = item.is_string() ? xml_escaped(item.string_or("")) : to_xml(item);
      } else {
        inner = element("Name", item.key()) + (item.is_string()
                                                   ? element("Value", item.string_or(""))
                                                   : "<Value>" + to_xml(item) + "</Value>");
      }
      xml += fmt::format("<{0}>{1}</{0}>", singular, inner);
    }
  }
  return xml;
}

HttpResponse to_error(const AwsReply& reply) {
  const auto document = json::parse(reply.body);
  const json::View root = document ? document->root() : json::View();
  const std::string_view type = root["__type"].string_or("InternalFailure");
  std::string code(type.substr(type.find('#') + 1));
  if (const auto told = reply.headers.find("x-amzn-query-error"); told != reply.headers.end()) {
    code = told->second.substr(0, told->second.find(';'));
  }
  return xml_error(reply.status, code, root["message"].string_or(""));
}

HttpResponse to_response(const std::string& action, const AwsReply& reply) {
  if (reply.status != 200) return to_error(reply);
  const auto document = json::parse(reply.body, json::kDepthMaxHost);
  const std::string result = document ? to_xml(document->root()) : std::string();
  const std::string id = new_request_id(false);
  HttpResponse response;
  response.headers = {{"Content-Type", "text/xml"}, {"x-amzn-RequestId", id}};
  response.body = fmt::format(
      R"(<?xml version="1.0"?><{0}Response xmlns="http://queue.amazonaws.com/doc/2012-11-05/">)"
      "<{0}Result>{1}</{0}Result><ResponseMetadata><RequestId>{2}</RequestId></ResponseMetadata>"
      "</{0}Response>",
      action, result, id);
  return response;
}

}  // namespace

void SqsQuery::handle_query(std::string_view path, const QueryForm& form, HttpDone done) {
  const std::string action = value_of(form, "Action");
  if (action.empty()) return done(xml_error(400, "MissingAction", "The form has no Action"));
  auto input = json::parse(to_json(path, form), json::kDepthMaxHost);
  if (!input) return done(xml_error(400, "MalformedInput", input.error().message));
  // The service reads its input until it answers.
  const auto kept = std::make_shared<json::Document>(*std::move(input));
  sqs_.handle(action, kept->root(), [kept, action, done = std::move(done)](const AwsReply& reply) {
    done(to_response(action, reply));
  });
}

}  // namespace beckon::emulator
