using Profiler.Linux.Confinement;

namespace Profiler.Linux.Tests.Confinement;

/// <summary>Runs a filter as the kernel does: net/core/filter.c, on a struct seccomp_data.</summary>
internal static class FilterMachine
{
    public const uint X86_64 = SystemCallFilter.AUDIT_ARCH_X86_64;

    /// <summary>What the filter returns.</summary>
    public static uint Run(SystemCallFilter.Instruction[] program, uint number, uint architecture, params ulong[] arguments)
    {
        var data = new byte[64];
        BitConverter.TryWriteBytes(data, number);
        BitConverter.TryWriteBytes(data.AsSpan(4), architecture);
        for (int i = 0; i < arguments.Length; i++)
            BitConverter.TryWriteBytes(data.AsSpan(16 + 8 * i), arguments[i]);
        uint a = 0;
        for (int at = 0; ; at++)
        {
            SystemCallFilter.Instruction i = program[at];
            switch (i.code)
            {
                case 0x20: // BPF_LD | BPF_W | BPF_ABS
                    Assert.Equal(0u, i.k % 4);
                    a = BitConverter.ToUInt32(data, (int)i.k);
                    break;
                case 0x54: // BPF_ALU | BPF_AND | BPF_K
                    a &= i.k;
                    break;
                case 0x15: // BPF_JMP | BPF_JEQ | BPF_K
                    at += a == i.k ? i.jt : i.jf;
                    break;
                case 0x35: // BPF_JMP | BPF_JGE | BPF_K
                    at += a >= i.k ? i.jt : i.jf;
                    break;
                case 0x06: // BPF_RET | BPF_K
                    return i.k;
                default:
                    throw new InvalidDataException($"instruction {i.code:x}");
            }
        }
    }
}
