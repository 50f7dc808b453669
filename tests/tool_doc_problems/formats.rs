//! The same for the rarer parts of the format: long paths, headers, bodies, paging, links, steps.

use super::complaint;

const EMAIL: &str = "      description: A whole address.\n";
const PAGING: &str = "{ style: scim_start_index, items: resources, default: 50, max: 100 }";

complaints! {
    something_after_the_rest_of_a_path: "resource.yaml",
        "{id}"
        => "{id...}/members",
        [
            "things/resource.yaml:10:14: in `PATCH /pubapi/v2/things/{id...}/members`, something follows a {name...}; it takes the rest",
            "  hint: `egnyte-mcp docs schema` prints what may stand here"
        ];

    a_fixed_header_that_says_who_calls: "resource.yaml",
        "    body: json"
        => "    body: json\n    fixed: { headers: { X-Egnyte-Act-As: jsmith } }",
        [
            "things/resource.yaml:9:3: the header `X-Egnyte-Act-As` is never taken from documents or callers",
            "  hint: Egnyte's own input headers may be sent, and nothing that says who calls"
        ];

    an_argument_that_says_who_calls: "update.md",
        "body_schema:\n"
        => "header_schema:\n  properties:\n    X-Egnyte-Act-As: { type: string, description: Who. }\nbody_schema:\n",
        [
            "things/update.md:14:5: the header `X-Egnyte-Act-As` is never taken from documents or callers",
            "  hint: remove it, or give the right name on the wire as x-egnyte-name"
        ];

    an_argument_that_the_definition_fixes: "resource.yaml",
        "    body: json"
        => "    body: json\n    fixed: { body: { size: 1 } }",
        [
            "things/update.md:14:5: `size` is fixed in the definition",
            "  hint: remove the argument, or the fixed value"
        ];

    a_whole_body_that_may_be_missing: "resource.yaml",
        "body: json"
        => "body: value",
        [
            "things/update.md:12:1: `size` is the whole body but not required",
            "  hint: add it to body_schema.required"
        ];

    a_text_body_that_is_no_text: "resource.yaml",
        "body: json"
        => "body: text",
        [
            "things/update.md:12:1: `size` is the whole body but not required",
            "  hint: add it to body_schema.required",
            "things/update.md:14:5: `size` is the text of the body but no string",
            "  hint: give `type: string`"
        ];

    a_time_that_is_none: "update.md",
        "description: The size."
        => "description: The size., x-egnyte-time: epoch_ms",
        [
            "things/update.md:14:5: `size` has an `x-egnyte-time` that cannot be used",
            "  hint: give epoch_ms or epoch_s, on a string with `format: date-time`"
        ];

    values_that_are_no_map: "list.md",
        EMAIL
        => "      description: A whole address.\n      x-egnyte-values: [a]\n",
        [
            "things/list.md:10:5: `email` has an `x-egnyte-values` that cannot be used",
            "  hint: give a map of our values to Egnyte's, quoted"
        ];

    a_key_of_ours_that_nobody_knows: "list.md",
        EMAIL
        => "      description: A whole address.\n      x-egnyte-wire: e\n",
        [
            "things/list.md:10:5: `email` has the unknown key `x-egnyte-wire`",
            "  hint: known are x-egnyte-name, x-egnyte-values, x-egnyte-time and x-egnyte-join"
        ];

    a_wire_name_inside_an_argument: "update.md",
        "size: { type: integer, description: The size. }"
        => "size: { type: object, description: S, properties: { a: { type: string, description: A, x-egnyte-name: b } } }",
        [
            "things/update.md:14:5: `size` has an x-egnyte- key on something inside it",
            "  hint: only an argument itself can have them; what is inside is sent as it came"
        ];

    an_object_in_the_query: "list.md",
        "      type: string\n"
        => "      type: object\n",
        [
            "things/list.md:10:5: `email` is sent as text, which an object is not",
            "  hint: use plain types, or an array with x-egnyte-join"
        ];

    an_argument_that_every_list_has: "list.md",
        "    email:\n"
        => "    fields: { type: string, description: Some. }\n    email:\n",
        [
            "things/list.md:10:5: `fields` is added to every list tool and cannot be defined",
            "  hint: rename it and give its wire name as x-egnyte-name"
        ];

    an_argument_that_paging_sends: "list.md",
        EMAIL
        => "      description: A whole address.\n    begin: { type: integer, description: B, x-egnyte-name: startIndex }\n",
        [
            "things/list.md:13:5: `startIndex` is sent by the paging",
            "  hint: remove it: limit and next_cursor take its place"
        ];

    item_fields_without_a_list: "update.md",
        "examples:"
        => "item_fields: [id]\nexamples:",
        [
            "things/update.md:15:1: the tool lists nothing",
            "  hint: drop it, or give the method `paging`"
        ];

    events_without_a_beginning: "resource.yaml",
        PAGING
        => "{ style: event_id, items: events, default: 50, max: 100 }",
        [
            "things/list.md:8:1: no argument gives the `id` of this paging",
            "  hint: add one with `x-egnyte-name: id` to query_schema: where to begin"
        ];

    a_cursor_with_half_a_page_size: "resource.yaml",
        PAGING
        => "{ style: cursor, items: a, cursor: c, next: c, limit: size }",
        [
            "things/resource.yaml:6:5: `limit`, `default` and `max` go together",
            "  hint: give all three, or none when Egnyte decides the page size"
        ];

    paging_in_a_body_that_is_not_there: "resource.yaml",
        PAGING
        => "{ style: offset, items: a, in: body, default: 1, max: 2 }",
        [
            "things/resource.yaml:6:5: paging stands in a body that the method does not have",
            "  hint: add `body: json` to the method, or drop `in: body`"
        ];

    an_upload_that_is_a_get: "resource.yaml",
        "  update:\n"
        => "  fetch: { request: GET /pubapi/v1/x, transfer: upload }\n  update:\n",
        [
            "things/resource.yaml:9:3: an upload's body is the file, which comes through the link",
            "  hint: use POST or PUT, and drop `body`"
        ];

    a_link_that_is_also_read_here: "resource.yaml",
        "  update:\n"
        => "  fetch: { request: GET /pubapi/v1/x, transfer: download, answer: text }\n  update:\n",
        [
            "things/resource.yaml:9:3: a link is not read here",
            "  hint: drop `answer`, or `transfer`"
        ];

    a_method_that_does_nothing: "resource.yaml",
        "  update:\n"
        => "  idle: { read_only: true }\n  update:\n",
        [
            "things/resource.yaml:9:3: `idle` makes no request",
            "  hint: give a verb and path as `request`, or `steps` that call other methods"
        ];

    steps_beside_a_request: "resource.yaml",
        "    filters:"
        => "    steps: [{ name: a, call: things.list }]\n    filters:",
        [
            "things/resource.yaml:7:5: a method has a `request` or `steps`, not both",
            "  hint: drop one"
        ];

    steps_without_a_result: "resource.yaml",
        "  update:\n"
        => "  find:\n    steps:\n      - name: a\n        call: things.list\n  update:\n",
        [
            "things/resource.yaml:10:5: the steps have no `result`",
            "  hint: give the shape of the result, such as { users: by_email.resources }"
        ];

    a_step_that_calls_nothing: "resource.yaml",
        "  update:\n"
        => "  find:\n    result: a\n    steps:\n      - name: a\n        call: things.lost\n  update:\n",
        [
            "things/resource.yaml:13:9: the step `a` calls `things.lost`, which makes no request",
            "  hint: call a method that is defined with a `request`"
        ];

    a_step_without_the_argument_of_a_path: "resource.yaml",
        "  update:\n"
        => "  find:\n    result: a\n    steps:\n      - name: a\n        call: things.update\n  update:\n",
        [
            "things/resource.yaml:13:9: the step `a` gives no `id` for the path",
            "  hint: add it under `path`, as an expression"
        ];

    two_steps_of_one_name: "resource.yaml",
        "  update:\n"
        => "  find:\n    result: a\n    steps:\n      - { name: a, call: things.list }\n      - { name: a, call: things.list }\n  update:\n",
        [
            "things/resource.yaml:9:3: two steps are called `a`",
            "  hint: rename one"
        ];

    an_example_without_a_request: "update.md",
        "    request: PATCH /pubapi/v2/things/1\n"
        => "",
        [
            "things/update.md:15:1: example \"Grow\" states no request",
            "  hint: add the verb, path and query it must produce"
        ];
}
