// SPDX-License-Identifier: Apache-2.0
// The Resources section: which resources exist (conditions), their evaluated properties, and what
// Ref and Fn::GetAtt give for them. A resource is evaluated when somebody first refers to it, so
// the order follows the references; coming back to one that is still open is a cycle.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "emulator/template/diagnostics.h"
#include "emulator/template/evaluate.h"
#include "emulator/template/schema.h"

namespace beckon::emulator {

struct TemplateResource {
  enum class State { kUntouched, kOpen, kDone };

  std::string logical_id;
  std::string type;   // "": it is not known, an error says so
  SourcePosition at;  // of the logical id
  const TemplateNode* definition = nullptr;
  const ResourceSchema* schema = nullptr;  // nullptr: without effect here
  State state = State::kUntouched;
  TemplateNode properties;  // evaluated; a mapping once done
  std::string physical_name;
};

class ResourceTable final : public ResourceReferences {
 public:
  // section: the Resources mapping. All references must outlive the table.
  ResourceTable(const TemplateNode& section, const TemplateScope& scope, TemplateErrors& errors);

  // Evaluates every resource whose condition holds and checks its properties. Types without effect
  // are summed up in notes.
  void evaluate_all(std::vector<std::string>& notes);

  TemplateEvaluator& evaluator() { return evaluator_; }

  // False if there is a resource of which it is not known what it is (an error says so): what seems
  // to be missing may be it.
  bool all_known() const { return all_known_; }

  // The evaluated resources of a type, in the order of the text.
  std::vector<const TemplateResource*> of_type(std::string_view type) const;

  bool has_resource(std::string_view logical_id) const override;
  TemplateNode reference(const std::string& logical_id, SourcePosition at) override;
  TemplateNode attribute(const std::string& logical_id, const std::string& name,
                         SourcePosition at) override;
  std::vector<std::string> resource_ids() const override;

 private:
  void add(const TemplateMember& member);
  // A resource of which only the name is known; its error has been reported.
  void add_unknown(const TemplateMember& member);
  TemplateResource* find(std::string_view logical_id);
  // Evaluates the resource first if need be. nullptr after an error (a cycle).
  TemplateResource* use(const std::string& logical_id, SourcePosition at);
  void evaluate(TemplateResource& resource);
  void check_depends_on(const TemplateResource& resource);
  void name_it(TemplateResource& resource);

  const TemplateScope& scope_;
  TemplateErrors& errors_;
  TemplateEvaluator evaluator_;
  std::vector<TemplateResource> resources_;
  std::map<std::string, bool, std::less<>> absent_;  // resources whose condition is false
  std::vector<std::string> open_;                    // being evaluated, outermost first
  bool all_known_ = true;
};

// What Ref gives for a resource.
std::string reference_value(const TemplateResource& resource, const TemplateScope& scope);

// What Fn::GetAtt gives for an attribute that the schema lists ("Arn" for one without effect).
std::string attribute_value(const TemplateResource& resource, const std::string& name,
                            const TemplateScope& scope);

// Lower-case letters and digits, derived from the stack and the logical id: the same at each start.
std::string derived_id(const std::string& stack_name, const std::string& logical_id,
                       std::size_t length);

}  // namespace beckon::emulator
