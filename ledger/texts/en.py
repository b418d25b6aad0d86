# SPDX-License-Identifier: EUPL-1.2
"""What we say in English about every error: plain words, what is wrong and what would pass.

A detail reads well without its title, because somebody at the door may see only one of the two.
"""

from collections.abc import Mapping
from typing import Final

from ledger.texts import four_eyes_en, recoveries_en, settling_en
from ledger.texts.forms import Choice, Detail

_CODES: Final[Mapping[str, tuple[str, Detail]]] = {
    "code_unknown": (
        "We do not know this code",
        "We cannot read this code, or it is not one of ours. Scan the code again, or type the letters and "
        "numbers from the letter. If that does not work, call the municipality.",
    ),
    "code_asks_more": (
        "This code asks a PIN or a confirmation",
        "The resident cannot give it here. Call the municipality and ask for a letter with a new code.",
    ),
    "code_foreign": (
        "This code is from another municipality",
        "The code was issued by the municipality with number {municipality}. It can only be redeemed there.",
    ),
    "code_revoked": (
        "This code no longer works",
        "The code was withdrawn or replaced. Use the code in the newest letter. If there is no newer "
        "letter, call the municipality.",
    ),
    "code_expired": (
        "This code has expired",
        "The letter with this code is too old. Ask the municipality for a new letter. What is left of the "
        "entitlement stays.",
    ),
    "code_not_yet_valid": (
        "This code does not work yet",
        "The code is for a later time. The letter says from which day it can be used.",
    ),
    "code_required": (
        "A code is needed",
        "Without a code, only a provider named in the entitlement can redeem. Ask the resident for the code.",
    ),
    "code_not_found": ("We cannot find this code", "This municipality has no code with id {id}."),
    "code_exists": (
        "This id was used already",
        "Id {id} is that of a code of another entitlement. Nothing was changed. Use a new id.",
    ),
    "manual_code_unreadable": (
        "This code is not right",
        Choice(
            by="fault",
            cases={
                "symbol": "The code has a character that no code has. A code has only digits and letters, "
                "and never the letter U. Type the code from the letter again.",
                "length": "The code is too short or too long. A code has 14 digits and letters. Type the "
                "code from the letter again.",
            },
            otherwise="There is a typing mistake in the code. Type the code from the letter again.",
        ),
    ),
    "token_unreadable": (
        "This code cannot be read",
        Choice(
            by="fault",
            cases={
                "too_long": "What was scanned is too long to be a code of ours. Scan only the code in the "
                "letter.",
                "prefix": "What was scanned is not a code of ours. Our codes begin with TR1. Scan the code "
                "in the letter.",
            },
            otherwise="The code is damaged or was not read completely. Scan it again, or type the letters "
            "and numbers from the letter.",
        ),
    ),
    "token_foreign_key": (
        "We do not know who issued this code",
        "The code is signed with key {key_id}, which we do not know. It may be from another municipality. "
        "Ask the resident for the newest letter.",
    ),
    "token_forged": (
        "This code is not genuine",
        "The signature in the code is not that of key {key_id}. Do not accept the code, and call the "
        "municipality.",
    ),
}

_RIGHTS: Final[Mapping[str, tuple[str, Detail]]] = {
    "service_day_in_future": (
        "This day has not come yet",
        "The day of the care is {service_day}. It can be redeemed from {first_day}. It can be reserved now.",
    ),
    "entitlement_not_yet_valid": (
        "The entitlement is not valid yet",
        "The entitlement is for care from {first_day}.",
    ),
    "entitlement_ended": (
        "The entitlement has ended",
        "The entitlement was for care up to and including {last_day}.",
    ),
    "entitlement_suspended": (
        "The entitlement is suspended",
        (
            "The entitlement is suspended from {from_day}.",
            Choice(
                by="first_day",
                cases={"": "We do not know yet when it will hold again. Ask the municipality."},
                otherwise="Care from {first_day} can be redeemed again.",
            ),
        ),
    ),
    "entitlement_closed": (
        "The entitlement is closed",
        "What was left has gone back to the municipality. Nothing more can be redeemed from this "
        "entitlement. If that is wrong, call the municipality.",
    ),
    "service_unknown": (
        "We do not know this product code",
        "Product code {service} is not in the municipality's list for this law. Check the code.",
    ),
    "service_not_covered": (
        "The entitlement is not for this service",
        (
            "The entitlement is not for product code {service}.",
            Choice(
                by="covered_length",
                cases={"2": "It is for product codes that begin with {covered}."},
                otherwise="It is for product code {covered}.",
            ),
        ),
    ),
    "unit_not_covered": (
        "The unit does not fit the entitlement",
        "This service is counted in {unit}, but the entitlement in {covered}. Choose a service counted in "
        "{covered}.",
    ),
    "provider_not_allowed": (
        "The entitlement is for another provider",
        "This entitlement can only be used at the provider with AGB code {allowed}.",
    ),
    "not_in_plan": (
        "This service is not in the plan",
        "The plan does not have product code {service} at this provider. See in the plan which service and "
        "which provider were agreed.",
    ),
    "mandate_missing": (
        "There is no mandate",
        "Whoever does this for the resident had no mandate on this day. The resident can ask the "
        "municipality to record one.",
    ),
    "cap_reached": (
        "This is more than the maximum",
        (
            "The maximum is {most} {per}.",
            Choice(
                by="left",
                cases={"0": "Nothing is left of it."},
                otherwise="Of that, {left} can still be redeemed.",
            ),
            Choice(
                by="first_day",
                cases={"": "There is no new period after this one."},
                otherwise="A new period begins on {first_day}.",
            ),
        ),
    ),
    "uses_exhausted": (
        "The entitlement has been used often enough",
        (
            Choice(
                by="most",
                cases={"1": "The entitlement can be used once."},
                otherwise="The entitlement can be used {most} times.",
            ),
            "That has been done. Ask the municipality what is possible.",
        ),
    ),
    "balance_too_low": (
        "Too little is left",
        Choice(
            by="left",
            cases={"0": "You ask for {asked}, but nothing is left of the entitlement."},
            otherwise="You ask for {asked}. At most {left} can still be redeemed.",
        ),
    ),
    "budget_too_low": (
        "The budget is too low",
        "{asked_cents} is needed. The programme's budget has {left_cents} left. Ask for less, or have the "
        "budget raised first.",
    ),
    "entitlement_not_found": (
        "We cannot find this entitlement",
        "This municipality has no entitlement with this id or allocation number. Check the number.",
    ),
    "holder_not_found": (
        "We cannot find this resident",
        "There is no resident with id {id}. Register the resident first.",
    ),
    "programme_not_in_force": (
        "This programme is not in force",
        "The programme with id {id} does not exist, has no published rules yet, or is for another law. "
        "Choose another programme, or publish its rules first.",
    ),
    "entitlement_exists": (
        "This entitlement exists already",
        "This id or allocation number is that of entitlement {id}, with other content. Nothing was changed. "
        "Change that entitlement, or use a new id.",
    ),
    "change_exists_with_other_content": (
        "This id was used already",
        "Another change was made with id {id}. Nothing was changed now. Use a new id.",
    ),
    "plan_missing": (
        "An arrangement has a plan",
        "Without a plan everything could be redeemed anywhere. Name the services that the arrangement is for "
        "as well.",
    ),
    "below_used": (
        "The entitlement cannot become that low",
        "A part has been redeemed or reserved. The lowest it can become is {least}.",
    ),
    "limit_missing": (
        "This entitlement has no such limit",
        (
            Choice(
                by="unit",
                cases={
                    "eurocent": "This entitlement was granted without an amount. A change cannot add one."
                },
                otherwise="This entitlement was granted without a quantity in {unit}. A change cannot add "
                "one.",
            ),
            "Grant a new entitlement.",
        ),
    ),
    "used_after_end": (
        "The entitlement was used later",
        "The last day on which the entitlement was used is {last_used_day}. Choose that day or a later one "
        "as the end, or reverse that use first.",
    ),
    "end_outside_validity": (
        "This end is not possible",
        Choice(
            by="last_day",
            cases={"": "Choose a last day on or after {first_day}."},
            otherwise="Choose a last day from {first_day} up to and including {last_day}.",
        ),
    ),
    "nothing_suspended": (
        "The entitlement is not suspended",
        "There is no suspension on or after that day. There is nothing to resume.",
    ),
}

_CONTRACTS: Final[Mapping[str, tuple[str, Detail]]] = {
    "provider_not_contracted": (
        "The provider has no contract",
        "The municipality has no contract with this provider under this law. Choose a provider with a "
        "contract.",
    ),
    "contract_not_in_force": (
        "The contract does not hold on this day",
        Choice(
            by="last_day",
            cases={"": "The contract or care agreement is for care from {from_day}."},
            otherwise="The contract or care agreement is for care from {from_day} up to and including "
            "{last_day}.",
        ),
    ),
    "service_not_contracted": (
        "This service is not in the contract",
        "The contract has no tariff for product code {service} on this day. Check the code and the day.",
    ),
    "care_agreement_missing": (
        "There is no care agreement",
        "The resident and this helper have no care agreement for this service. Make one first.",
    ),
    "care_agreement_not_approved": (
        "The care agreement is not approved yet",
        "The approval of {waits_for} is still needed. After that it can be redeemed.",
    ),
    "area_not_served": (
        "The provider does not work here",
        Choice(
            by="area",
            cases={
                "": "The contract is for certain areas, and we do not know where the resident lives. Ask the "
                "municipality to add the postcode."
            },
            otherwise="The contract is not for area {area}. Choose a provider that works there.",
        ),
    ),
    "price_above_tariff": (
        "The price is too high",
        "You ask for {asked_cents}. On this day it can be at most {most_cents}.",
    ),
    "claim_too_late": (
        "The claim is too late",
        "This care could be claimed up to and including {last_day}. If there is a good reason, call the "
        "municipality.",
    ),
    "care_agreement_not_found": (
        "We cannot find this care agreement",
        "There is no care agreement with id {id}.",
    ),
    "care_agreement_exists": (
        "This care agreement exists already",
        "Care agreement {id} was made with other content. Nothing was changed. Use a new id.",
    ),
    "not_a_drawing_right": (
        "This entitlement is not a drawing right",
        "A care agreement belongs to a drawing right, and this entitlement is something else. Choose the "
        "resident's drawing right.",
    ),
    "rate_without_ceiling": (
        "No highest rate is set for this service",
        "The programme sets no highest rate for product code {service} by {rate_class}. That is why no rate "
        "can be approved. Ask the municipality to set one.",
    ),
    "rate_above_ceiling": (
        "The rate is too high",
        "You ask for {rate_cents}. It can be at most {ceiling_cents}.",
    ),
    "agreement_outside_entitlement": (
        "The care agreement lies outside the entitlement",
        "The care agreement has days on which the drawing right does not hold. Choose a start and an end "
        "inside the drawing right.",
    ),
    "care_agreement_declined": (
        "This care agreement was declined",
        "Care agreement {id} was declined. The reason: “{reason}” Agree on something else and enter that.",
    ),
    "care_agreement_approved": (
        "This care agreement was approved already",
        "The municipality and the paying agent approved care agreement {id}. It can no longer be declined.",
    ),
    "same_approver": (
        "You have given an approval already",
        "Two different people approve a care agreement. Ask a colleague for the other approval.",
    ),
    "contract_unknown": ("We cannot find this contract", "There is no contract with id {id}."),
    "contract_version_unknown": (
        "The contract does not have this version",
        "Contract {id} has no version {version}.",
    ),
    "contract_without_draft": (
        "No draft waits",
        "The draft of these contracts was withdrawn, or published already: {numbers}. Write a new "
        "draft first.",
    ),
    "contract_is_another": (
        "This is another contract",
        "Contract {id} keeps its provider and its law. Once published, it also keeps its number. Make a new "
        "contract for anything else.",
    ),
    "contract_number_taken": (
        "This contract number was used already",
        "Number {number} is that of contract {id}. Choose another number.",
    ),
    "contract_party_unknown": (
        "We cannot find this provider",
        "The provider of contract {id} (id {provider_id}) is not in the register. Register the provider "
        "first.",
    ),
    "contract_tariffs_unfit": (
        "The contract has tariffs that do not fit",
        "In contract {id} the tariff does not fit these codes: {services}. A service sold by amount needs a "
        "maximum amount (at_cost), every other a rate or a fixed price.",
    ),
    "contract_programme_unknown": (
        "The contract has an unknown programme",
        "Contract {id} has a term under programme {programme_id}. There is no such programme for this law. "
        "Choose another programme, or make it first.",
    ),
    "term_figure_exists_with_other_content": (
        "This id was used already",
        "The id {id} is that of another figure. Give this figure a new id.",
    ),
    "contract_services_unknown": (
        "The contract has unknown product codes",
        "Contract {id} has codes that are not in the municipality's list for this law: {services}. Correct "
        "the codes, or add them to the list first.",
    ),
}

_USES: Final[Mapping[str, tuple[str, Detail]]] = {
    "redemption_refused": (
        "This cannot be redeemed",
        Choice(
            by="reasons_count",
            cases={"1": "{reasons}"},
            otherwise="There are {reasons_count} reasons. {reasons}",
        ),
    ),
    "redemption_exists_with_other_content": (
        "This id was used already",
        "Something else was redeemed with id {id}. Nothing was redeemed now. Use a new id.",
    ),
    "redemption_not_found": ("We cannot find this redemption", "There is no redemption with id {id}."),
    "follow_up_exists_with_other_content": (
        "This id was used already",
        "Something else was asked with id {id}. Nothing was changed now. Use a new id.",
    ),
    "undo_too_late": (
        "This can no longer be undone here",
        "It can be undone for {minutes} minutes, and only by who redeemed it. After that, reverse the "
        "redemption with a reason.",
    ),
    "redemption_not_reserved": (
        "This is not a reservation",
        "Redemption {id} was booked at once. There is nothing to capture or release. It can be reversed.",
    ),
    "reservation_already_resolved": (
        "This reservation is done already",
        "Reservation {id} was captured or released before. Nothing was changed now.",
    ),
    "reservation_not_captured": (
        "This reservation is not captured yet",
        "Reservation {id} cannot be reversed. Release it.",
    ),
    "release_is_whole": (
        "A release gives all back",
        "Reservation {id} is released as a whole. To book a part, capture that part; the rest then goes "
        "back.",
    ),
    "redemption_line_not_found": (
        "We cannot find this line",
        "Line {line} is not in this redemption. Check the number of the line.",
    ),
    "line_already_reversed": (
        "This line has been reversed already",
        "Line {line} has been reversed. That can be done once. Nothing was changed now.",
    ),
    "more_than_redeemed": (
        "This is more than was redeemed",
        "For line {line} you ask for {asked}. It can be at most {left}, in the unit of that line (money in "
        "cents).",
    ),
}

_ALLOCATIONS: Final[Mapping[str, tuple[str, Detail]]] = {
    "allocation_refused": (
        "The message was not accepted",
        "Allocation {number} (line {line}) cannot be taken over. {reason} That is why nothing of the "
        "message was booked.",
    ),
    "no_programme": (
        "There is no programme for this allocation",
        Choice(
            by="product_group",
            cases={"": "There is no published programme for the {law}. Publish one first."},
            otherwise="There is no published programme for the {law} with product group {product_group}. "
            "Publish one first.",
        ),
    ),
    "other_municipality": (
        "This message is from another municipality",
        "The message comes from the municipality with number {municipality}. Import it there.",
    ),
    "only_end_budget_or_volume": (
        "This change is not possible",
        "Of allocation {number} only the end, the budget and the total volume can change (OP257). For "
        "anything else, send an allocation with a new number.",
    ),
    "same_moment_other_content": (
        "There are two versions of this allocation",
        "Allocation {number} occurs twice with the same date and time and other content. Send the right "
        "version with a later time.",
    ),
}

_CLAIMS: Final[Mapping[str, tuple[str, Detail]]] = {
    "claim_refused": (
        "The claim was not accepted",
        Choice(
            by="lines_count",
            cases={
                "1": "One line of the claim is not right. That is why nothing was booked. Correct that line "
                "and send the claim again."
            },
            otherwise="{lines_count} lines of the claim are not right. That is why nothing was booked. "
            "Correct those lines and send the claim again.",
        ),
    ),
    "claim_exists_with_other_content": (
        "This id was used already",
        "A claim with other lines was sent with id {id}. Nothing was booked now. Use a new id.",
    ),
    "claim_empty": (
        "The claim is empty",
        "A claim has at least one line. Add a line and send the claim again.",
    ),
    "reference_twice": (
        "This reference occurs twice",
        "Reference {reference} is also on line {first_line}. Give each line its own reference.",
    ),
    "reference_claimed": (
        "This line was claimed already",
        "Reference {reference} was in another claim. Take the line out. If it is other care, give the line "
        "a new reference.",
    ),
}

_REGISTERS: Final[Mapping[str, tuple[str, Detail]]] = {
    "provider_not_found": ("We cannot find this provider", "This municipality has no provider with id {id}."),
    "provider_unknown": (
        "We cannot find this provider",
        "This municipality has no provider with id {id}. Register the provider first.",
    ),
    "agb_taken": (
        "This AGB code was used already",
        "AGB code {agb} is that of provider {id}. Check the code, or use that provider.",
    ),
    "service_code_taken": (
        "This product code was used already",
        "Product code {service} ({law}) is that of service {id}. Choose another code, or change that "
        "service.",
    ),
    "service_is_another": (
        "This is another service",
        "Service {id} keeps its law and its product code. Make a new service for another product.",
    ),
    "measure_in_use": (
        "The measure can no longer change",
        "Tariffs per {measure} were agreed for service {id}. For another measure, make a new service with "
        "its own product code.",
    ),
    "programme_unknown": ("We cannot find this programme", "There is no programme with id {id}."),
    "programme_is_another": (
        "This is another programme",
        "Programme {id} keeps its law. Once it is published or has a budget, it also keeps its name, "
        "product group and kind of budget. Make a new programme for anything else.",
    ),
    "programme_name_taken": (
        "This name was used already",
        "The name “{name}” is that of programme {id}. Choose another name.",
    ),
    "budget_unknown": (
        "There is no such budget",
        "Programme {programme_id} has no budget for {year}.",
    ),
    "budget_lowered_too_far": (
        "The budget cannot become so much lower",
        "You want to lower the {year} budget of programme “{programme}” by {asked_cents}. It can be lowered "
        "by at most {most_cents}. Available is {funded_cents}, committed is {committed_cents}.",
    ),
    "budget_lowered": (
        "The budget would become lower",
        "The {year} budget of programme “{programme}” has been given {funded_cents}. The file asks "
        "{asked_cents}. A file can only raise a budget. Lower it on "
        "the page of the budget.",
    ),
    "funding_is_another": (
        "This id was used already",
        "Money was booked with id {id}, with another budget, amount or time. Nothing was booked now. Use a "
        "new id.",
    ),
    "municipality_unknown": (
        "This municipality does not exist",
        "Statistics Netherlands (CBS) lists no municipality with number {cbs}. Check the 4 digits.",
    ),
    "municipality_not_set_up": (
        "This municipality does not take part yet",
        "Nothing has been set up here for the municipality with number {cbs}. Set it up first.",
    ),
    "version_unseen": (
        "There is a newer draft than you saw",
        "Somebody drafted it anew since. Nothing was done. Look at what it says now first.",
    ),
    "changed_meanwhile": (
        "Somebody else changed this meanwhile",
        (
            "Your change was not saved.",
            Choice(
                by="version",
                cases={"0": "This does not exist yet. Send it again, without a version."},
                otherwise="Version {version} holds now. Fetch it and make your change again.",
            ),
        ),
    ),
}

_PEOPLE: Final[Mapping[str, tuple[str, Detail]]] = {
    "person_not_found": (
        "We cannot find this person",
        "This municipality has no person with id {person_id}.",
    ),
    "holder_erased": (
        "The details of the resident were erased",
        "No letter can be made for code {id}: the name and address of the resident were erased.",
    ),
    "person_erased": (
        "The details of this person were erased",
        "Who had id {person_id} was erased. Nobody can be given that id again. Use a new id.",
    ),
    "person_exists_with_other_content": (
        "This person is registered already",
        "Person {person_id} is registered with other details. Nothing was changed. Correct those details, "
        "or use a new id.",
    ),
    "person_corrected_since": (
        "These details were corrected meanwhile",
        "Somebody else corrected the details of person {person_id} after you saw them. Nothing was changed. "
        "Look again who this is, and then correct what is still not right.",
    ),
    "bsn_registered": (
        "This citizen service number was used already",
        "The number is that of person {person_id}, not of {asked_id}. Use that person, or check the number.",
    ),
    "code_request_exists": (
        "This id was used already",
        "Id {id} was used to ask for a code of another entitlement. Use a new id.",
    ),
    "code_still_works": (
        "There is a code that works",
        "The code works until {until}. Did you lose the letter? Then block the code first.",
    ),
    "helper_name_shared": (
        "More than one helper has this name",
        "Fill in the AGB code of your helper, or the reference. Your municipality knows the reference.",
    ),
    "helper_unknown": (
        "We do not know this helper",
        "Check the name or the AGB code, exactly as the municipality knows it. Is your helper not known to "
        "the municipality yet? Then call your municipality.",
    ),
    "mandate_not_found": (
        "We cannot find this mandate",
        "This municipality has no mandate with id {mandate_id}.",
    ),
    "mandate_exists_with_other_content": (
        "This mandate exists already",
        "Mandate {mandate_id} was given with other content. Nothing was changed. Use a new id.",
    ),
    "link_code_unknown": (
        "We do not know this linking code",
        "The code is not right, was used already, or is older than half an hour. Ask for a new "
        "linking code and type that.",
    ),
    "too_many_link_tries": (
        "A wrong linking code was typed too often",
        "You can try again from {until}.",
    ),
    "link_code_is_own": (
        "This is your own linking code",
        "Nobody represents themselves. Ask for the linking code of who may act for you.",
    ),
    "represents_already": (
        "This person may act for you already",
        "Since {since}. Nothing was changed.",
    ),
    "mandate_is_legal": (
        "You cannot end this mandate yourself",
        "The law or a court decided that this person acts for you. Only the municipality can change "
        "that, when the court or the law allows it. Call your municipality.",
    ),
    "mandate_ends_earlier": (
        "The mandate ends earlier",
        "Mandate {mandate_id} ends on {last_day}. Choose that day or an earlier one, or make a new mandate "
        "that lasts longer.",
    ),
}

_ACCOUNTS: Final[Mapping[str, tuple[str, Detail]]] = {
    "key_unknown": (
        "We do not know this key",
        "You are not signed in, or the key no longer works. Ask the administrator for a new key.",
    ),
    "session_unknown": (
        "You are not logged in",
        "Your session has ended, or you have not logged in yet. Log in with your key.",
    ),
    "login_failed": (
        "This is not right",
        "The user name, the password or the code is not right, or it went wrong too often. Check all three. "
        "After five times you have to wait a while.",
    ),
    "identity_unknown": (
        "There is no account for you here",
        "Your organisation knows who you are, but no account that you may use belongs to it here. Ask the "
        "administrator of your municipality for one.",
    ),
    "identity_linked": (
        "This belongs to another account",
        "Whom this organisation knows so logs in here with account {actor_id}.",
    ),
    "refusal_not_found": (
        "There is no such refusal",
        "This municipality has no refusal with id {id}.",
    ),
    "refusal_exists": (
        "This id is taken",
        "Another refusal stands under id {id}. Use a new id.",
    ),
    "settings_changed": (
        "Somebody else changed the settings meanwhile",
        "Nothing was saved. Look at how they are now, and make your change again.",
    ),
    "job_not_found": (
        "There is no such job",
        "You have no job with id {id} here. A job that was refused is not kept.",
    ),
    "job_exists_with_other_content": (
        "This id is taken",
        "Another job stands under id {id}. Open the form again.",
    ),
    "job_files_gone": (
        "The files are no longer here",
        "Files that you tried are kept for a day. Choose them again.",
    ),
    "decided_later": (
        "That day has not come yet",
        "You cannot record a decision of {day}: that day is still to come.",
    ),
    "not_ended": (
        "This entitlement was not ended",
        "No end was decided for entitlement {id}. End it first; then the letter can be made.",
    ),
    "device_not_found": (
        "We do not know this device",
        "You have no device with id {id}, or it was revoked.",
    ),
    "device_exists": (
        "This id is taken",
        "A device stands under id {id} already. Begin again.",
    ),
    "own_device": (
        "A colleague approves this",
        "Who enrols a device does not approve it. Ask a colleague to approve device {id}.",
    ),
    "device_needed": (
        "Use an enrolled device",
        "At doors your organisation redeems only with devices that are enrolled and approved. "
        "Enrol this device under Devices and let a colleague approve it.",
    ),
    "no_device_approved": (
        "No device is approved yet",
        "With this rule nobody could redeem any more. Let a device be approved first.",
    ),
    "letter_login_failed": (
        "This is not right",
        "The login code or the one-time code is not right, or it went wrong too often. Copy both as they "
        "stand. The code for your provider does not work here. After five times you have to wait a while.",
    ),
    "letter_login_not_found": (
        "This resident has no letter to log in with",
        "First make a letter with a login code, or a new one when the old one was blocked or has expired.",
    ),
    "invitation_unknown": (
        "This invitation does not work",
        "It was used already, it is older than three days, or it was not copied whole. Ask your "
        "administrator for a new one.",
    ),
    "second_factor_wrong": (
        "The code of the app is not right",
        "Add Tegoed to the app once more, and type the code that it shows now.",
    ),
    "login_name_taken": (
        "This user name is taken",
        "Another account logs in under this name. Choose another one.",
    ),
    "proof_too_old": (
        "Show once more who you are",
        "It is a while ago that you logged in. For what you are about to do we ask it again.",
    ),
    "key_not_found": ("We cannot find this key", "This municipality has no key with id {key_id}."),
    "not_allowed": (
        "You are not allowed to do this",
        "Your account has no role that may do this: {action}. Ask the administrator, or a colleague with "
        "that role.",
    ),
    "not_found": ("We cannot find this", "This does not exist, or it is not for your account."),
    "own_roles": (
        "You cannot change your own roles",
        "Nobody changes the roles of their own account. Ask another administrator to do this.",
    ),
    "actor_not_found": (
        "We cannot find this account",
        "This municipality has no account with id {actor_id}.",
    ),
    "actor_party_not_found": (
        "We cannot find this provider or person",
        "Account {actor_id} would work for id {party_id}, which we do not know. Register the provider or "
        "the person first.",
    ),
    "actor_bound": (
        "This account belongs to somebody else",
        "Account {actor_id} stays with the provider, resident or employee it began with. Disable it and "
        "make a new account.",
    ),
    "actor_disabled": (
        "This account is disabled",
        "Account {actor_id} is disabled and can do nothing. Use another account.",
    ),
    "operator_reserved": (
        "This account is not managed here",
        "Account {actor_id} is a system operator's. Its name, roles and keys are managed on the server "
        "itself.",
    ),
    "person_incompatible": (
        "This person has a role that does not go with this one",
        "Account {actor_id} would be {role}, but account {other_actor_id} of the same person is "
        "{other_role}. These roles do not go together, not over two accounts either.",
    ),
    "roles_incompatible": (
        "These roles do not go together",
        "Account {actor_id} cannot be {role} and {other_role} at the same time. Take one role away first, "
        "or use two accounts of different people.",
    ),
}

_MACHINERY: Final[Mapping[str, tuple[str, Detail]]] = {
    "invalid_identifier": ("A number is not right", "Check the {kind}: it {fault}."),
    "malformed_file": (
        "The file cannot be used",
        "The fault is here: {place}. What is wrong: {fault}. Nothing was booked. Correct the file and send "
        "it again.",
    ),
    "region_file_wrong": (
        "The region file has mistakes",
        (
            Choice(
                by="faults_count",
                cases={"1": "There is 1 mistake:"},
                otherwise="There are {faults_count} mistakes:",
            ),
            "{faults}. Nothing of the file was loaded. Correct it and load it again.",
        ),
    ),
    "letter_unprintable": (
        "The letter cannot be printed",
        "Letter {reference} has a character that we cannot print, such as an emoji. Replace that character.",
    ),
    "database_unsafe": (
        "The database is not safe enough",
        "The system does not start. What is wrong: {fault}. Ask the system administrator to correct this.",
    ),
    "vault_seal_broken": (
        "A protected value cannot be opened",
        "The value in {table}, column {column}, row {row_id} was changed or moved, or belongs to another "
        "key. We do not show it. Tell the system administrator at once.",
    ),
    "keyring_unreadable": (
        "The keyring cannot be read",
        "The fault is here: {place}. What is wrong: {fault}. Nothing was changed.",
    ),
    "keys_not_found": (
        "There are no keys for this municipality",
        "The keyring has no keys of the municipality with number {municipality_id}. Make them first.",
    ),
    "keys_would_be_lost": (
        "Keys would be lost",
        "The file has keys of the municipality with number {municipality_id} that are not in the new "
        "keyring. Nothing was written. Read the keyring again and add the new keys to it.",
    ),
}

_ACCOUNTING: Final[Mapping[str, tuple[str, Detail]]] = {
    "accounting_period_backwards": (
        "The last day is before the first",
        "The period begins on {first_day} and ends on {last_day}. Choose a last day that is not before the "
        "first.",
    ),
    "accounting_period_in_future": (
        "This day has not come yet",
        "The books up to and including {until} are not known yet. The last day you can choose now is "
        "{today}.",
    ),
    "accounting_period_of_two_years": (
        "An audit file is of one year",
        "The period from {first_day} to {last_day} is in more than one calendar year. Make a file for each "
        "year.",
    ),
    "tax_number_missing": (
        "The municipality's tax number is missing",
        "An audit file must name the RSIN or VAT number of the municipality, and it is not filled in. Fill "
        "it in first.",
    ),
}

TITLES_AND_DETAILS: Final[Mapping[str, tuple[str, Detail]]] = {
    **_CODES,
    **_RIGHTS,
    **_CONTRACTS,
    **_USES,
    **_ALLOCATIONS,
    **_CLAIMS,
    **settling_en.SETTLING,
    **four_eyes_en.FOUR_EYES,
    **settling_en.BANK,
    **recoveries_en.RECOVERIES,
    **_ACCOUNTING,
    **_REGISTERS,
    **_PEOPLE,
    **_ACCOUNTS,
    **_MACHINERY,
}
"""Title and detail by the code of the error."""
