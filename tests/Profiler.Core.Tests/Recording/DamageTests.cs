using FsCheck;
using FsCheck.Fluent;
using Profiler.Core.Recording;
using static Profiler.Core.Tests.Recording.DamagedRecording;

namespace Profiler.Core.Tests.Recording;

/// <summary>Damage to a recording costs what it touches, and is told: events read and events missing are all that were written.</summary>
public sealed class DamageTests
{
    private static readonly Arbitrary<int> Seeds = Gen.Choose(0, int.MaxValue).ToArbitrary();

    [Fact]
    public void The_whole_recording_is_read()
    {
        Left left = Read(Whole)!;
        Assert.Equal(new Left(AllEvents, AllFacts, true, left.Index, 0, 0, false), left);
        Assert.Equal(AllEvents, left.Index!.Events);
        Assert.Equal(
            [FrameKind.EventBlock, FrameKind.EventBlock, FrameKind.MoreEvents, FrameKind.MoreEvents, FrameKind.MoreEvents, FrameKind.EventBlock],
            Parts.Select(KindOf).Where(k => k is FrameKind.EventBlock or FrameKind.MoreEvents));
    }

    [Fact]
    public void A_flipped_bit_costs_its_frame_and_the_rest_of_its_block_and_is_told()
    {
        for (int at = Parts[1].Start.Value; at < Whole.Length; at++)
        {
            byte[] damaged = [.. Whole];
            damaged[at] ^= (byte)(1 << (at % 8));
            Range frame = Parts.Single(f => f.Start.Value <= at && at < f.End.Value);
            Assert.Equal(Without([frame]), Read(damaged)! with { Index = null });
        }
    }

    [Fact]
    public void A_flipped_bit_before_the_first_frame_s_end_is_refused_or_told()
    {
        for (int bit = 0; bit < Parts[0].End.Value * 8; bit++)
        {
            byte[] damaged = [.. Whole];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            // Only the format may still be one that is read.
            if (Read(damaged) is { } left)
                Assert.Equal((7, 1), (bit / 8, left.FramesDamaged));
        }
    }

    [Fact]
    public void Frames_that_are_damaged_in_a_row_cost_no_other()
    {
        for (int first = 1; first + 2 < Parts.Count; first++)
        {
            byte[] damaged = [.. Whole];
            Range[] frames = [Parts[first], Parts[first + 1]];
            foreach (Range frame in frames)
                damaged[frame.Start.Value + FrameHeader.Length] ^= 1;
            Assert.Equal(Without(frames), Read(damaged)! with { Index = null });
        }
    }

    [Fact]
    public void Frames_that_are_gone_are_counted_with_their_events() => Prop.ForAll(Seeds, seed =>
    {
        var random = new Random(seed);
        // The last one stays: without it, the recording is cut.
        Range[] gone = [.. Parts.Skip(1).SkipLast(1).Where(_ => random.Next(3) == 0)];
        Left left = Read([.. Whole[..8], .. Parts.Except(gone).SelectMany(f => Whole[f])])!;
        return left with { Index = null } == Without(gone);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Cut_anywhere_all_whole_frames_are_read_and_the_cut_is_told()
    {
        for (int length = 0; length < Whole.Length; length++)
        {
            if (Read(Whole[..length]) is not { } left)
            {
                Assert.True(length < Parts[0].End.Value);
                continue;
            }
            Range[] whole = [.. Parts.Where(f => f.End.Value <= length)];
            bool hasEnd = whole.Any(f => KindOf(f) == FrameKind.End);
            Assert.Equal(
                new Left(
                    AllEvents - Costs([.. Parts.Except(whole)]), whole.Count(f => KindOf(f) == FrameKind.Process), hasEnd, null,
                    hasEnd ? 1 : 0, 0, !hasEnd),
                left);
        }
    }

    [Fact]
    public void Bytes_between_frames_cost_nothing_and_are_told() => Prop.ForAll(Seeds, seed =>
    {
        var random = new Random(seed);
        int after = random.Next(Parts.Count - 1);
        var noise = new byte[random.Next(1, 300)];
        random.NextBytes(noise);
        // As if a frame began.
        if (random.Next(2) == 0)
            noise = [.. FrameHeader.Marker, .. noise];
        int at = Parts[after].End.Value;
        Left left = Read([.. Whole[..at], .. noise, .. Whole[at..]])!;
        return left with { Index = null } == new Left(AllEvents, AllFacts, true, null, 1, 0, false);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Bytes_cut_out_cost_the_frames_they_are_of()
    {
        for (int from = Parts[1].Start.Value; from < Whole.Length - 40; from += 7)
        {
            Range[] hit = [.. Parts.Where(f => f.Start.Value < from + 33 && f.End.Value > from)];
            Left left = Read([.. Whole[..from], .. Whole[(from + 33)..]])!;
            Assert.Equal(Without(hit) with { FramesDamaged = 0 }, left with { Index = null, FramesDamaged = 0 });
            Assert.InRange(left.FramesDamaged, left.HasEnd ? 1 : 0, 2);
        }
    }

    [Fact]
    public void A_frame_that_comes_twice_is_told_and_counts_once()
    {
        foreach (Range frame in Parts.Skip(1).SkipLast(1))
        {
            Left left = Read([.. Whole[..frame.End], .. Whole[frame.Start..]])!;
            Assert.Equal(new Left(AllEvents, AllFacts, true, null, 1, 0, false), left with { Index = null });
        }
    }

    [Fact]
    public void What_follows_the_end_is_damage() =>
        Assert.Equal(new Left(AllEvents, AllFacts, true, null, 1, 0, false), Read([.. Whole, 0])! with { Index = null });

    [Fact]
    public void A_frame_that_claims_much_takes_no_more_than_there_is()
    {
        byte[] claims = Frames.Claiming(1 << 26, Whole[Parts[0]][FrameHeader.Length..]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Left left = Read(claims)!;
        Assert.Equal((0, true), (left.Events, left.IsCutShort));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private static Left Without(Range[] frames)
    {
        bool hasEnd = frames.All(f => KindOf(f) != FrameKind.End);
        int costs = Costs(frames);
        return new Left(
            AllEvents - costs, AllFacts - frames.Count(f => KindOf(f) == FrameKind.Process), hasEnd, null, frames.Length, costs, !hasEnd);
    }
}
