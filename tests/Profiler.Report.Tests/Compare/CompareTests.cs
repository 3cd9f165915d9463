using Profiler.Report.Compare;
using Profiler.Tests.Support;

namespace Profiler.Report.Tests.Compare;

/// <summary>Recordings of two sides in, comparison out: Cases/NAME.txt and Cases/NAME.json.</summary>
public sealed class CompareTests
{
    // Before and after, by name of the case; with the limit of --fail-if-slower.
    private static readonly Dictionary<string, (StagedLives[] Before, StagedLives[] After, double? Limit)> Sides = new()
    {
        ["faster"] = (
            [new("old-1.vfioscope", 1.04, 1.06, 1.05), new("old-2.vfioscope", 1.07, 1.03) { Start = "2026-11-22T09:00:00Z" }],
            [
                new("new.vfioscope", 0.101, 0.104, 0.102, 0.103, 0.105)
                {
                    Kernel = "6.12.117+deb12-amd64",
                    Methods = ["flr", "bus"],
                    Attach = "fentry",
                    Start = "2026-11-23T08:00:00Z",
                },
            ],
            0.1),
        ["slower"] = (
            [new("old.vfioscope", 1.04, 1.06, 1.05, 1.07)],
            [new("new.vfioscope", 2.08, 2.06, 60.0, 2.07) { Kernel = "6.12.117+deb12-amd64", Start = "2026-11-23T08:00:00Z" }],
            0.1),
        ["too-few"] = (
            [new("old.vfioscope", 1.04, 1.06, 1.05)],
            [new("new.vfioscope", 0.1)],
            0.1),
        ["nearly-the-same"] = (
            [new("old.vfioscope", 1.04, 1.06, 1.05, 1.07, 1.10)],
            [new("new.vfioscope", 1.05, 1.03, 1.06, 1.20, 1.04)],
            0.02),
        ["incomplete"] = (
            [new("old.vfioscope", 1.04, 1.06, 1.05, 1.07)],
            [new("new.vfioscope", 2.04, 2.06, 2.05, 2.07) { Lost = 3, AttachedLate = true }],
            0.1),
        ["other-devices"] = (
            [new("old.vfioscope", 1.04, 1.06, 1.05, 1.07)],
            [new("new.vfioscope", 1.04, 1.06, 1.05, 1.07) { Model = "GH100 [H100 PCIe]" }, new("more.vfioscope", 1.03)],
            null),
    };

    public static TheoryData<string> Cases => [.. Sides.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_text_is_as_expected(string name) =>
        Golden.Equal(Golden.Beside($"Cases/{name}.txt"), CompareText.Render(Build(name), TextReport.DefaultWidth));

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_JSON_is_as_expected_and_keeps_to_its_schema(string name)
    {
        Golden.Equal(Golden.Beside($"Cases/{name}.json"), CompareJson.Text(Build(name)));
        Schema.Validate(Golden.Beside($"Cases/{name}.json"), "compare.schema.json");
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(200)]
    public void It_fits_the_terminal_and_no_column_is_broken(int width)
    {
        foreach (string name in Cases)
            Assert.All(CompareText.Render(Build(name), width).Split('\n'), line => Assert.True(line.Length <= width, $"{name}, {width}: {line}"));
    }

    [Theory]
    [InlineData("faster", Verdict.Faster, OverLimits.No, false)]
    [InlineData("slower", Verdict.Slower, OverLimits.Yes, true)]
    [InlineData("too-few", Verdict.TooFew, OverLimits.Unsure, false)]
    [InlineData("nearly-the-same", Verdict.Unclear, OverLimits.Unsure, false)]
    [InlineData("incomplete", Verdict.Slower, OverLimits.Unsure, false)]
    public void What_is_surely_over_the_limit_fails_and_nothing_else(string name, Verdict verdict, string overLimit, bool exceeded)
    {
        CompareDocument document = Build(name);
        Comparison shutdown = document.Comparisons.First(c => c is { Metric: "shutdown", Part: null });
        Assert.Equal((verdict.Name(), overLimit, exceeded), (shutdown.Verdict, shutdown.OverLimit, document.Limit?.Exceeded));
        Assert.All(document.Comparisons.Where(c => c.Part is not null), part => Assert.Null(part.OverLimit));
    }

    [Fact]
    public void What_is_on_one_side_only_is_told_and_not_compared()
    {
        Comparison alone = Build("other-devices").Comparisons.First(c => c is { Metric: "shutdown", Part: null });
        Assert.Equal((Verdict.OnlyAfter.Name(), null, null, null, 4), (alone.Verdict, alone.Before, alone.Shift, alone.Ratio, alone.After!.Lives));
    }

    [Fact]
    public void Devices_of_one_life_do_not_count_as_lives()
    {
        Comparison release = Build("faster").Comparisons.Single(c => c is { Metric: "release", Part: null });
        Assert.Equal((5, 5), (release.Before!.Lives, release.After!.Lives));
        // 1.05 s of reset, and what the release adds to it.
        Assert.Equal(1_053_000_000, release.Before.MedianNs);
    }

    [Fact]
    public void One_life_that_is_far_off_does_not_make_the_change() =>
        Assert.InRange(Build("slower").Comparisons.Single(c => c is { Metric: "release", Part: null }).Shift!.Ns, 1_000_000_000, 1_050_000_000);

    [Fact]
    public void A_shutdown_that_was_not_seen_from_begin_to_end_is_left_out_and_makes_nothing_incomplete()
    {
        CompareRecording recording = new StagedLives("late.vfioscope", 1.04, 1.05) { AttachedLate = true }.Compared().Recording;
        Assert.Equal((2, 1, true), (recording.Shutdowns, recording.LeftOut, recording.Complete));
        Assert.Contains(recording.Problems, p => p.Id == "began_before");
    }

    [Fact]
    public void The_order_of_recordings_does_not_matter()
    {
        (StagedLives[] before, StagedLives[] after, double? limit) = Sides["faster"];
        Assert.Equal(Figures(Build(before, after, limit)), Figures(Build([.. before.Reverse()], after, limit)));

        static string Figures(CompareDocument document) => CompareJson.Text(document with { Before = new(true, []), After = new(true, []) });
    }

    [Fact]
    public void Facts_come_first_and_the_kernel_before_all_others()
    {
        string text = CompareText.Render(Build("faster"), TextReport.DefaultWidth);
        Assert.True(text.IndexOf("kernel: 6.1.0", StringComparison.Ordinal) < text.IndexOf("reset methods of", StringComparison.Ordinal));
        Assert.True(text.IndexOf("reset methods of", StringComparison.Ordinal) < text.IndexOf("whole shutdown", StringComparison.Ordinal));
    }

    internal static CompareDocument Build(string name) => Sides[name] switch
    {
        var (before, after, limit) => Build(before, after, limit),
    };

    private static CompareDocument Build(StagedLives[] before, StagedLives[] after, double? limit) => CompareBuilder.Build(
        [.. before.Select(b => b.Compared())], [.. after.Select(a => a.Compared())], limit);
}
