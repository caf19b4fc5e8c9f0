"""What a household or person is due, computed from frozen facts and the standards in force.

Pure. Every result carries its working: each step, the parameter used, the article. All money in
fen; yearly sums first, rounded once to the fen. The one entry is :mod:`ledger.identification.assess`.
"""

from __future__ import annotations

from ledger.identification.amounts.dibao import assess_dibao as assess_dibao
from ledger.identification.amounts.dibao import supplement_tiers as supplement_tiers
from ledger.identification.amounts.edge import assess_edge as assess_edge
from ledger.identification.amounts.hardship import assess_hardship as assess_hardship
from ledger.identification.amounts.means import counted_income as counted_income
from ledger.identification.amounts.means import counted_property as counted_property
from ledger.identification.amounts.members import counted_members as counted_members
from ledger.identification.amounts.parameters import Terms as Terms
from ledger.identification.amounts.parameters import standards_needed as standards_needed
from ledger.identification.amounts.parameters import tiers_of as tiers_of
from ledger.identification.amounts.rigid import assess_rigid as assess_rigid
from ledger.identification.amounts.single import assess_single as assess_single
from ledger.identification.amounts.subsidies import assess_subsidies as assess_subsidies
from ledger.identification.amounts.tekun import assess_tekun as assess_tekun
from ledger.identification.amounts.tekun import care_tier as care_tier
from ledger.identification.amounts.tekun import without_labour as without_labour
from ledger.identification.amounts.working import Assessment as Assessment
from ledger.identification.amounts.working import Sheet as Sheet
from ledger.identification.amounts.working import divide as divide
from ledger.identification.amounts.working import step as step
from ledger.identification.amounts.working import used as used
from ledger.identification.amounts.working import yuan as yuan
