using System.Collections.Immutable;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Core.Wire;
using Profiler.Linux;

namespace Profiler.Core.Tests.Names;

/// <summary>Vocabularies: each value has one name, and the schema allows just these names.</summary>
public sealed class NameTableTests
{
    public static TheoryData<string, string[]> Vocabularies => new()
    {
        { "trigger", [.. TriggerNames.Table.All] },
        { "reset_method", [.. ResetNames.Methods.All] },
        { "method", [.. ResetNames.Methods.All] },
        { "reset_by_method", [.. ResetNames.Methods.All] },
        { "step", [.. ResetNames.Steps.All.Where(s => s != "none")] },
        { "lock_kind", [.. LockKindNames.Table.All] },
        { "state", [.. OperationNames.States.All] },
        { "severity", [.. SeverityNames.Severities.All] },
        { "impact", [.. SeverityNames.Impacts.All] },
    };

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void The_schema_allows_just_the_names_of_the_table(string property, string[] names)
    {
        ImmutableArray<string[]> allowed = PublishedNames.Enumerations(property);
        Assert.NotEmpty(allowed);
        Assert.All(allowed, a => Assert.Equal(names.Order(StringComparer.Ordinal), a));
    }

    // Events, starts, resets that programs asked for and operations under way have a kind; those of locks are a property of their own.
    [Fact]
    public void The_schema_allows_just_these_kinds() => Assert.Equal(
        [
            string.Join(' ', EventKindNames.Table.All.Order(StringComparer.Ordinal)),
            string.Join(' ', new[] { OperationKind.DeviceReset.Name(), OperationKind.HotReset.Name() }),
            string.Join(' ', OperationNames.Kinds.All.Order(StringComparer.Ordinal)),
            string.Join(' ', StartNames.Kinds.All.Order(StringComparer.Ordinal)),
            string.Join(' ', OperationNames.Kinds.All.Order(StringComparer.Ordinal)),
        ],
        PublishedNames.Enumerations("kind").Select(a => string.Join(' ', a)));

    [Fact]
    public void A_table_without_a_name_for_each_value_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new NameTable<LockKind>((LockKind.Other, "other"), (LockKind.Group, "group")));
        Assert.Throws<ArgumentException>(() => new NameTable<LockKind>(
            (LockKind.Other, "other"), (LockKind.Group, "group"), (LockKind.DevSet, "group")));
    }

    [Fact]
    public void A_name_finds_its_value_and_an_unknown_one_nothing()
    {
        Assert.Equal(Trigger.SigTerm, TriggerNames.Table.Find("SIGTERM"));
        Assert.Null(TriggerNames.Table.Find("SIGSTOP"));
        Assert.Equal((int)EventKind.Teardown, EventKindNames.Find("teardown"));
        Assert.Null(EventKindNames.Find("of a later version"));
        Assert.Equal("99", EventKindNames.Of(99));
    }

    [Theory]
    [InlineData(Signals.SIGTERM, "SIGTERM", Trigger.SigTerm)]
    [InlineData(Signals.SIGUSR1, "SIGUSR1", Trigger.Signal)]
    [InlineData(34, "signal 34", Trigger.Signal)]
    public void Signals_have_names_and_some_are_triggers_of_their_own(int number, string name, Trigger trigger) =>
        Assert.Equal((name, trigger), (Signals.Name(number), TriggerNames.OfSignal(number)));
}
